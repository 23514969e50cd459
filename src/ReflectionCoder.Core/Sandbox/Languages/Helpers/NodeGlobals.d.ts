// Node.js without its type declarations: modules and globals are there, and most have any type. Errors in the program's own code still are
// errors. The classes and names that programs use as types are declared one by one.
declare module "*";

declare module "fs" {
  const fs: any;
  namespace fs {
    type Stats = any;
    type Dirent = any;
    type ReadStream = any;
    type WriteStream = any;
    type PathLike = any;
  }
  export = fs;
}

declare module "readline" {
  const readline: any;
  namespace readline {
    type Interface = any;
    type ReadLine = any;
  }
  export = readline;
}

declare module "events" {
  class EventEmitter {
    constructor(...options: any[]);
    [name: string]: any;
    static [name: string]: any;
  }
  namespace EventEmitter {
    export { EventEmitter };
  }
  export = EventEmitter;
}

declare module "stream" {
  class Stream {
    constructor(...options: any[]);
    [name: string]: any;
    static [name: string]: any;
  }
  namespace Stream {
    class Readable extends Stream {}
    class Writable extends Stream {}
    class Duplex extends Stream {}
    class Transform extends Duplex {}
    class PassThrough extends Transform {}
    const pipeline: any, finished: any, promises: any;
  }
  export = Stream;
}

declare module "worker_threads" {
  class Worker {
    constructor(...options: any[]);
    [name: string]: any;
  }
  type MessagePort = any;
  const isMainThread: boolean, parentPort: any, workerData: any, threadId: number, MessageChannel: any;
}

declare module "node:fs" {
  import fs = require("fs");
  export = fs;
}
declare module "node:readline" {
  import readline = require("readline");
  export = readline;
}
declare module "node:events" {
  import EventEmitter = require("events");
  export = EventEmitter;
}
declare module "node:stream" {
  import Stream = require("stream");
  export = Stream;
}
declare module "node:worker_threads" {
  export * from "worker_threads";
}

declare var require: any, module: any, exports: any, __dirname: string, __filename: string;
declare var process: any, console: any, global: any, Buffer: any, performance: any, crypto: any;
declare var URL: any, URLSearchParams: any, TextEncoder: any, TextDecoder: any, AbortController: any, Event: any, EventTarget: any;
declare function setTimeout(callback: (...values: any[]) => any, delay?: number, ...values: any[]): any;
declare function setInterval(callback: (...values: any[]) => any, delay?: number, ...values: any[]): any;
declare function setImmediate(callback: (...values: any[]) => any, ...values: any[]): any;
declare function clearTimeout(timer: any): void;
declare function clearInterval(timer: any): void;
declare function clearImmediate(timer: any): void;
declare function queueMicrotask(callback: () => void): void;
declare function atob(data: string): string;
declare function btoa(data: string): string;
declare var fetch: any, AbortSignal: any, Headers: any, Request: any, Response: any, Blob: any, FormData: any, WebAssembly: any;
declare function structuredClone<T>(value: T): T;

type Buffer = any;
type URL = any;
type AbortController = any;
type AbortSignal = any;
type Response = any;
declare namespace NodeJS {
  type Timeout = any;
  type Timer = any;
  type Immediate = any;
  type ErrnoException = any;
  type ReadableStream = any;
  type WritableStream = any;
  type ProcessEnv = any;
  type Signals = any;
  type Platform = any;
}
