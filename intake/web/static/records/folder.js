// A folder or a disc as one ZIP, made while it is sent: stored, not packed, so the same files give the same bytes again
// and any stretch of it can be made without what comes before. `files` are [path, file]. Why: decision 0014.

const [BIG, MANY, STEP] = [0xffffffff, 0xffff, 4 << 20];
const LEFT_BY_SYSTEMS = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/i;
const TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 8; bit--;) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

const crcOf = async (file) => {
  let crc = -1;
  for (let at = 0; at < file.size; at += STEP) {
    const bytes = new Uint8Array(await file.slice(at, at + STEP).arrayBuffer());
    for (let n = 0; n < bytes.length; n++) crc = TABLE[(crc ^ bytes[n]) & 255] ^ (crc >>> 8);
  }
  return ~crc >>> 0;
};

// Numbers, low byte first, each as wide as its digit in `widths` says.
const packed = (widths, ...numbers) => {
  const bytes = [];
  numbers.forEach((number, n) => {
    for (let width = widths[n]; width--; number = Math.floor(number / 256)) bytes.push(number % 256);
  });
  return bytes;
};

// What a file's head and its line in the directory share. Names in UTF-8, stored, midnight of 1 January 1980: nothing
// that another day would change. `wide` are the numbers that need 64 bits.
const about = ({ file, name, crc }, before, wide, after) => {
  const size = Math.min(file.size, BIG);
  const extra = wide.length ? packed("22" + "8".repeat(wide.length), 1, 8 * wide.length, ...wide) : [];
  const common = packed("2222244422", 45, 2048, 0, 0, 33, crc, size, size, name.length, extra.length);
  return Uint8Array.from([...before, ...common, ...after, ...name, ...extra]);
};
const head = (entry) => {
  const { size } = entry.file;
  return about(entry, packed("4", 0x04034b50), size < BIG ? [] : [size, size], []);
};
const line = (entry) => {
  const { at, file: { size } } = entry;
  const wide = [size, size, at].filter((number) => number >= BIG);
  return about(entry, packed("42", 0x02014b50, 45), wide, packed("22244", 0, 0, 0, 0, Math.min(at, BIG)));
};
const ending = (count, at, size) => Uint8Array.from([
  ...(count < MANY && at + size < BIG ? [] : packed("48224488884484",
    0x06064b50, 44, 45, 45, 0, 0, count, count, size, at, 0x07064b50, 0, at + size, 1)),
  ...packed("42222442",
    0x06054b50, 0, 0, Math.min(count, MANY), Math.min(count, MANY), Math.min(size, BIG), Math.min(at, BIG), 0),
]);

const folderAsZip = (files) => {
  const kept = files.filter(([path]) => !LEFT_BY_SYSTEMS.test(path)).sort(([a], [b]) => (a < b ? -1 : 1));
  const pieces = [];
  let size = 0;
  const add = (length, make) => {
    pieces.push([size, size += length, make]);
  };
  const summed = async (entry) => {
    entry.crc ||= await crcOf(entry.file);
    return entry;
  };
  const entries = kept.map(([path, file]) => {
    const entry = { file, name: new TextEncoder().encode(path.replace(/^\/+/, "")), at: size, crc: 0 };
    add(head(entry).length, async () => new Blob([head(await summed(entry))]));
    add(file.size, () => file);
    return entry;
  });
  const start = size;
  const length = entries.reduce((sum, entry) => sum + line(entry).length, 0);
  const end = ending(entries.length, start, length);
  add(length + end.length, async () => {
    const lines = [];
    for (const entry of entries) lines.push(line(await summed(entry)));
    return new Blob([...lines, end]);
  });
  const step = Math.ceil(entries.length / 16);
  return {
    name: `${kept[0]?.[0].split("/").find(Boolean) || "disc"}.zip`,
    type: "application/zip",
    folder: "1",
    size: entries.length && size,
    // What tells it from another folder: every path and size, and the beginnings of some of its files.
    spots: [JSON.stringify(kept.map(([path, file]) => [path, file.size])),
      ...entries.filter((_, n) => n % step === 0).map(({ file }) => file.slice(0, 4096))],
    slice: async (from, to) => {
      const got = [];
      for (const [at, end, make] of pieces) {
        if (at < to && end > from) got.push((await make()).slice(Math.max(from - at, 0), to - at));
      }
      return new Blob(got);
    },
  };
};
