import { createServer as createPlainServer, type RequestListener } from "node:http";
import { createServer as createSecureServer, type Server as SecureServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import type { ServerCertificate } from "./server-certificate.ts";

/** The first byte of a TLS connection: a handshake record (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;

/** A server of one port that speaks http and https. */
export interface TwoWayServer extends Server {
  /** Cuts every open connection. */
  closeAllConnections(): void;
}

/**
 * Makes a server that tells by a connection's first byte whether it is TLS. `certificate` is asked for when the first such
 * connection comes: most worlds never see one.
 */
export function createTwoWayServer(listener: RequestListener, certificate: () => ServerCertificate): TwoWayServer {
  const plain = createPlainServer(listener);
  let secure: SecureServer | undefined;
  const secureServer = () => {
    if (!secure) {
      const { key, certificate: cert } = certificate();
      secure = createSecureServer({ key, cert }, listener);
    }
    return secure;
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.once("data", (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      const target = chunk[0] === TLS_HANDSHAKE ? secureServer() : plain;
      target.emit("connection", socket);
      // What was put back is read by its new owner, who has listeners only now.
      process.nextTick(() => socket.resume());
    });
  });
  const closeAllConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return Object.assign(server, { closeAllConnections });
}
