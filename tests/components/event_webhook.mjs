// Asks SendGrid's own helper for Node: reads lines of JSON {key, payload (base64), signature, timestamp}, answers true or false.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(process.env.NODE_PATH + "/");
const { EventWebhook } = require("@sendgrid/eventwebhook");
const helper = new EventWebhook();

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let said = false;
  try {
    const key = helper.convertPublicKeyToECDSA(asked.key);
    said = helper.verifySignature(key, Buffer.from(asked.payload, "base64"), asked.signature, asked.timestamp);
  } catch {
    said = false;
  }
  console.log(said);
}
