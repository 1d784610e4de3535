// The reference server of tus with its file store, on loopback: what our uploads are measured beside.
import http from "node:http";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [port, directory] = process.argv.slice(2);
const server = new Server({ path: "/uploads", datastore: new FileStore({ directory }) });
http.createServer((request, answer) => server.handle(request, answer)).listen(Number(port), "127.0.0.1");
