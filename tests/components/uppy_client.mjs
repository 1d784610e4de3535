// Uppy with its tus plugin, without a page; told what to do by one JSON object; says what happened as another on stdout.
import { readFileSync } from "node:fs";
import Uppy from "@uppy/core";
import Tus from "@uppy/tus";

const told = JSON.parse(process.argv[2]);
const seen = { offsets: [] };
const uppy = new Uppy({ autoProceed: false, logger: { debug() {}, warn() {}, error(text) { seen.said = String(text); } } });
uppy.use(Tus, {
  endpoint: told.endpoint,
  chunkSize: told.chunkSize,
  headers: { Cookie: told.cookie },
  retryDelays: [100, 500, 1000, 2000, 4000],
  storeFingerprintForResuming: false,
  onChunkComplete: (_size, accepted) => seen.offsets.push(accepted),
});

const data = readFileSync(told.file);
const id = uppy.addFile({ name: told.name, type: "application/zip", data, size: data.length });
const wait = (ms) => new Promise((go) => setTimeout(go, ms));

const paused = new Promise((done) => {
  if (!told.stopAt) return done();
  uppy.on("upload-progress", async (_file, progress) => {
    if (seen.stopped || seen.offsets.length < told.stopAt) return;
    seen.stopped = seen.offsets.length;
    seen.url = uppy.getFile(id).tus?.uploadUrl;
    if (told.terminate) {
      uppy.removeFile(id);
    } else {
      uppy.pauseResume(id);
      await wait(1500);
      seen.sentWhilePaused = seen.offsets.length - seen.stopped;
      uppy.pauseResume(id);
    }
    done();
  });
});

const ended = uppy.upload().then((result) => {
  seen.complete = result?.successful?.length === 1;
  seen.url = result?.successful?.[0]?.uploadURL ?? seen.url;
  seen.failed = result?.failed?.length ?? 0;
});
await paused;
await (told.terminate ? wait(2000) : ended);
console.log(JSON.stringify(seen));
process.exit(0);
