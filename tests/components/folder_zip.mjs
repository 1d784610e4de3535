// Makes a ZIP of made-up files with the page's own folder.js and writes the stretches that were asked for into a file.
// Asked as JSON: source (folder.js), files [path, text or size of a hollow file], stretches [from, to] or null, out.
import fs from "node:fs";

const { source, files, stretches, out } = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const folderAsZip = new Function(`"use strict";\n${fs.readFileSync(source, "utf8")}\nreturn folderAsZip;`)();
// As long as it says, and empty: what counts is how its length is written down.
const hollow = (size) => ({ size, slice: () => new Blob([]) });
const zip = folderAsZip(files.map(([path, what]) => [path, typeof what === "number" ? hollow(what) : new Blob([what])]));

const file = fs.openSync(out, "w");
for (const [from, to] of stretches || [[0, zip.size]]) {
  const stop = to < 0 ? zip.size : to;
  fs.writeSync(file, new Uint8Array(await (await zip.slice(from, stop)).arrayBuffer()), 0, undefined, from);
}
fs.ftruncateSync(file, zip.size);
const spots = await new Blob(zip.spots).text();
console.log(JSON.stringify({ size: zip.size, name: zip.name, folder: zip.folder, spots }));
