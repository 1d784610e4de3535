// An independent tus client, told what to do by one JSON object; says what happened as another on stdout.
import { createReadStream, statSync } from "node:fs";
import { Upload } from "tus-js-client";

const told = JSON.parse(process.argv[2]);
const seen = { offsets: [] };

const run = (options, stopAt) => new Promise((end) => {
  const upload = new Upload(createReadStream(told.file), {
    endpoint: told.endpoint,
    uploadUrl: options.url ?? null,
    uploadSize: statSync(told.file).size,
    chunkSize: told.chunkSize,
    metadata: { filename: told.name, filetype: "application/zip" },
    headers: { Cookie: told.cookie },
    retryDelays: [0, 200, 500, 1000, 2000, 4000, 8000],
    onChunkComplete: (_size, accepted) => {
      seen.offsets.push(accepted);
      if (stopAt && accepted >= stopAt) upload.abort(options.terminate ?? false).then(() => end(upload));
    },
    onError: (error) => { seen.error = `${error.originalResponse?.getStatus()} ${error.originalResponse?.getBody()} ${error}`; end(upload); },
    onSuccess: () => { seen.complete = true; end(upload); },
  });
  upload.start();
});

let upload = await run({ url: told.url, terminate: told.terminate }, told.stopAt);
seen.url = upload.url;
if (told.resume) {
  upload = await run({ url: upload.url });
  seen.resumedUrl = upload.url;
}
console.log(JSON.stringify(seen));
