/** The few system calls a batch program in WebAssembly needs: arguments in, one file out, all of it in memory. */

// Numbers from the WASI preview 1 specification (witx "errno", "filetype", "whence").
const ok = 0
const badDescriptor = 8
const noEntry = 44
const notSeekable = 70
const directory = 3
const regularFile = 4
const characterDevice = 2
const whence = { set: 0, current: 1 } as const

/** Descriptors: 0–2 the standard streams, 3 the only directory, 4 the only file. */
const folder = 3
const file = 4

/** Thrown by `proc_exit` to leave the program; `code` 0 means success. */
class Exit {
  readonly code: number
  constructor(code: number) {
    this.code = code
  }
}

export interface Outcome {
  readonly code: number
  /** What the program wrote to the file it opened; empty when it opened none. */
  readonly file: Uint8Array
  /** Standard output and error together, for messages. */
  readonly said: string
}

/** A compiled program: instances are made from it and share nothing. */
export interface Program {
  readonly compiled: true
}

interface Memory {
  /** Replaced when the memory grows. */
  readonly buffer: ArrayBuffer
}

// Node has WebAssembly; its types leave it out and the DOM's would bring the whole browser with them.
const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<Program>
  instantiate(program: Program, imports: object): Promise<{ readonly exports: Readonly<Record<string, unknown>> }>
}

export function compileProgram(bytes: Uint8Array): Promise<Program> {
  return wasm.compile(bytes)
}

/** Runs a command module once, from start to exit. No clock, no disk, no network is within its reach. */
export async function runProgram(program: Program, args: readonly string[]): Promise<Outcome> {
  const machine = new Machine(args)
  const instance = await wasm.instantiate(program, { wasi_snapshot_preview1: machine.calls() })
  machine.memory = instance.exports['memory'] as Memory // a command module exports it by definition
  const start = instance.exports['_start'] as () => void // likewise
  let code = 0
  try {
    start()
  } catch (error) {
    if (!(error instanceof Exit)) throw error
    code = error.code
  }
  return { code, file: machine.file.bytes(), said: machine.said.text() }
}

/** Bytes that grow: written at a position that may be moved back (a RIFF header is corrected at the end). */
class Growing {
  #store = new Uint8Array(1 << 17)
  #length = 0
  position = 0

  write(bytes: Uint8Array): void {
    const end = this.position + bytes.length
    if (end > this.#store.length) {
      const larger = new Uint8Array(Math.max(end, this.#store.length * 2))
      larger.set(this.#store.subarray(0, this.#length))
      this.#store = larger
    }
    this.#store.set(bytes, this.position)
    this.position = end
    this.#length = Math.max(this.#length, end)
  }

  seek(offset: number, from: number): number {
    const start = from === whence.set ? 0 : from === whence.current ? this.position : this.#length
    this.position = Math.max(0, start + offset)
    return this.position
  }

  bytes(): Uint8Array {
    return this.#store.slice(0, this.#length)
  }

  text(): string {
    return new TextDecoder().decode(this.bytes())
  }
}

class Machine {
  memory: Memory | undefined
  readonly file = new Growing()
  readonly said = new Growing()
  readonly #args: readonly Uint8Array[]

  constructor(args: readonly string[]) {
    this.#args = args.map((text) => new TextEncoder().encode(`${text.replaceAll('\0', '')}\0`))
  }

  calls(): Record<string, (...args: never[]) => number> {
    return {
      args_sizes_get: (count: number, size: number) => this.#argumentSizes(count, size),
      args_get: (pointers: number, buffer: number) => this.#arguments(pointers, buffer),
      clock_time_get: (_id: number, _precision: bigint, at: number) => this.#put64(at, 0n),
      fd_close: () => ok,
      fd_fdstat_get: (fd: number, at: number) => this.#status(fd, at),
      fd_fdstat_set_flags: () => ok,
      fd_prestat_get: (fd: number, at: number) => this.#openedBefore(fd, at),
      fd_prestat_dir_name: (_fd: number, at: number) => this.#name(at),
      fd_read: (_fd: number, _vectors: number, _count: number, at: number) => this.#put32(at, 0),
      fd_seek: (fd: number, offset: bigint, from: number, at: number) => this.#seek(fd, Number(offset), from, at),
      fd_write: (fd: number, vectors: number, count: number, at: number) => this.#write(fd, vectors, count, at),
      // dirfd, dirflags, path, length, oflags, two 64-bit rights, fdflags, where the new descriptor goes.
      path_open: (
        ...[, , , , flags, , , , at]: [number, number, number, number, number, bigint, bigint, number, number]
      ) => (flags & 1 ? this.#put32(at, file) : noEntry),
      proc_exit: (code: number) => {
        throw new Exit(code)
      },
    }
  }

  get #view(): DataView {
    return new DataView(this.memory!.buffer) // set before the program starts; the buffer is replaced when it grows
  }

  #put32(at: number, value: number): number {
    this.#view.setUint32(at, value, true)
    return ok
  }

  #put64(at: number, value: bigint): number {
    this.#view.setBigUint64(at, value, true)
    return ok
  }

  #argumentSizes(count: number, size: number): number {
    this.#put32(count, this.#args.length)
    return this.#put32(
      size,
      this.#args.reduce((sum, bytes) => sum + bytes.length, 0),
    )
  }

  #arguments(pointers: number, buffer: number): number {
    let at = buffer
    for (const [index, bytes] of this.#args.entries()) {
      this.#put32(pointers + 4 * index, at)
      new Uint8Array(this.memory!.buffer).set(bytes, at)
      at += bytes.length
    }
    return ok
  }

  /** fdstat: type u8, flags u16 at 2, rights u64 at 8 and 16. */
  #status(fd: number, at: number): number {
    if (fd > file) return badDescriptor
    this.#view.setUint8(at, fd === folder ? directory : fd === file ? regularFile : characterDevice)
    this.#view.setUint16(at + 2, 0, true)
    this.#put64(at + 8, 0xffff_ffff_ffff_ffffn)
    return this.#put64(at + 16, 0xffff_ffff_ffff_ffffn)
  }

  /** prestat: type u8 (0 = directory), length of its name u32 at 4. The one name is "/". */
  #openedBefore(fd: number, at: number): number {
    if (fd !== folder) return badDescriptor
    this.#view.setUint8(at, 0)
    return this.#put32(at + 4, 1)
  }

  #name(at: number): number {
    this.#view.setUint8(at, '/'.charCodeAt(0))
    return ok
  }

  #seek(fd: number, offset: number, from: number, at: number): number {
    if (fd !== file) return notSeekable
    return this.#put64(at, BigInt(this.file.seek(offset, from)))
  }

  #write(fd: number, vectors: number, count: number, at: number): number {
    const target = fd === file ? this.file : this.said
    let written = 0
    for (let index = 0; index < count; index++) {
      const start = this.#view.getUint32(vectors + 8 * index, true)
      const length = this.#view.getUint32(vectors + 8 * index + 4, true)
      target.write(new Uint8Array(this.memory!.buffer, start, length))
      written += length
    }
    return this.#put32(at, written)
  }
}
