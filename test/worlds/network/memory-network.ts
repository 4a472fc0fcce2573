import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import { MemorySocket, type NetworkClock, socketError } from "./memory-socket.ts";

/** A program that takes part: everything that it starts belongs to it. */
export interface Party {
  readonly name: string;
  dead: boolean;
  readonly sockets: Set<MemorySocket>;
}

/** Loopback inside of this process: ports are counted, nothing is left to the kernel, so that a world is repeatable. */
export interface MemoryNetwork {
  /** Runs a program's start; its servers and connections are its own from then on. */
  run<T>(party: string, start: () => T): { readonly party: Party; readonly result: T };
  /** Cuts a party off as the end of its process would: connections break, new ones are refused. */
  kill(party: Party): void;
  /** Gives the process its real network back. */
  close(): void;
}

const FIRST_PORT = 20_000;
const parties = new AsyncLocalStorage<Party>();

/** Takes the place of the process's TCP until closed. One at a time. */
export function openMemoryNetwork(clock: NetworkClock): MemoryNetwork {
  const servers = new Map<
    number,
    {
      readonly server: net.Server;
      readonly accept: (client: MemorySocket) => void;
      readonly party: Party | undefined;
    }
  >();
  let nextPort = FIRST_PORT;
  const real = {
    connect: net.connect,
    createConnection: net.createConnection,
    agentConnection: http.Agent.prototype.createConnection,
    listen: net.Server.prototype.listen,
    address: net.Server.prototype.address,
    close: net.Server.prototype.close,
  };
  const ports = new WeakMap<net.Server, number>();

  const own = (socket: MemorySocket, party: Party | undefined) => {
    party?.sockets.add(socket);
    socket.once("close", () => party?.sockets.delete(socket));
  };

  function connect(...args: unknown[]): MemorySocket {
    const { port, onConnect } = readTarget(args);
    const client = new MemorySocket(port, clock);
    client.connecting = true;
    if (onConnect) client.once("connect", onConnect);
    const party = parties.getStore();
    own(client, party);
    const target = servers.get(port);
    process.nextTick(() => {
      if (client.destroyed) return;
      client.connecting = false;
      if (!target || target.party?.dead || party?.dead) {
        client.destroy(socketError("ECONNREFUSED", `connect ECONNREFUSED 127.0.0.1:${port}`));
        return;
      }
      target.accept(client);
      client.emit("connect");
      client.emit("ready");
    });
    return client;
  }

  Object.assign(net, { connect, createConnection: connect });
  Object.assign(http.Agent.prototype, { createConnection: connect });
  Object.assign(net.Server.prototype, {
    listen(this: net.Server, ...args: unknown[]) {
      const asked = Number(args[0]);
      const port = asked > 0 ? asked : nextPort++;
      const callback = args.find((arg): arg is () => void => typeof arg === "function");
      if (callback) this.once("listening", callback);
      ports.set(this, port);
      const party = parties.getStore();
      const accept = AsyncResource.bind((client: MemorySocket) => {
        const server = new MemorySocket(0, clock);
        MemorySocket.join(client, server);
        own(server, party);
        this.emit("connection", server);
      });
      servers.set(port, { server: this, accept, party });
      process.nextTick(AsyncResource.bind(() => void this.emit("listening")));
      return this;
    },
    address(this: net.Server) {
      const port = ports.get(this);
      return port === undefined ? null : { address: "127.0.0.1", family: "IPv4", port };
    },
    close(this: net.Server, callback?: (error?: Error) => void) {
      const port = ports.get(this);
      // Another may listen there by now: the next host, when this one was killed.
      if (port !== undefined && servers.get(port)?.server === this) servers.delete(port);
      ports.delete(this);
      process.nextTick(() => {
        this.emit("close");
        callback?.();
      });
      return this;
    },
  });
  syncBuiltinESMExports();

  return {
    run(name, start) {
      const party: Party = { name, dead: false, sockets: new Set() };
      return { party, result: parties.run(party, start) };
    },
    kill(party) {
      party.dead = true;
      for (const socket of [...party.sockets]) socket.reset();
    },
    close() {
      Object.assign(net, { connect: real.connect, createConnection: real.createConnection });
      Object.assign(http.Agent.prototype, { createConnection: real.agentConnection });
      Object.assign(net.Server.prototype, { listen: real.listen, address: real.address, close: real.close });
      syncBuiltinESMExports();
    },
  };
}

function readTarget(args: readonly unknown[]): { port: number; onConnect: (() => void) | undefined } {
  const [first] = args;
  const onConnect = args.find((arg): arg is () => void => typeof arg === "function");
  const port = typeof first === "object" && first !== null && "port" in first ? Number(first.port) : Number(first);
  if (!Number.isInteger(port)) throw new Error(`only TCP to loopback is there, not ${JSON.stringify(first)}`);
  return { port, onConnect };
}
