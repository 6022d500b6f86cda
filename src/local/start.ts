/** What `npm start` does: opens the data folder, starts the engine and the program, listens, and stops it all in order. */
import { readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isAdminPath } from '../admin/paths.ts'
import { serveAdmin } from '../admin/serve.ts'
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import type { Call, GatewayPorts, Sink } from '../gateway/ports.ts'
import { refuseUnread, serve } from '../gateway/serve.ts'
import { type RunningServer, startHttpServer } from '../transport/node-http.ts'
import { writeWholeAnswer } from '../transport/whole-answer.ts'
import { writeAddress } from './address-file.ts'
import { type Engine, startEngine } from './engine.ts'
import { type FirstStart, firstStart } from './first-start.ts'
import { lockFolder } from './folder-lock.ts'
import type { LocalOptions } from './options.ts'
import { closeToOthers, isOwnFile } from './private-folder.ts'
import { createProgram, type Program } from './program.ts'

export interface Running {
  /** `http://host:port`. */
  readonly origin: string
  readonly program: Program
  readonly engine: Engine
  /** What the first start made; its secrets are shown once. */
  readonly first: FirstStart
  /** Resolves with a sentence when the engine has ended by itself. */
  readonly failed: Promise<string>
  /** Requests under way finish first, for at most `graceMs`. */
  stop(graceMs: number): Promise<void>
}

export interface StartContext {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly ambient: Ambient
  readonly version: string
  /** Tests shorten it. */
  readonly bodyTimeoutMs?: number
}

/** Throws GatewayError with one clear sentence for what a person can mend: a port in use, a locked or damaged folder. */
export async function startLocal(options: LocalOptions, context: StartContext): Promise<Running> {
  const dataFolder = resolve(options.dataFolder)
  const engine = await openFolder(dataFolder, options, context)
  try {
    const program = await createProgram({ ...context, engine, dataFolder })
    try {
      return await begin(program, engine, options, context)
    } catch (thrown) {
      await program.close()
      throw thrown
    }
  } catch (thrown) {
    await engine.stop()
    throw thrown
  }
}

/** The port is taken before keys are made, for they are shown only when all went well; who calls in between waits. */
async function begin(program: Program, engine: Engine, options: LocalOptions, context: StartContext): Promise<Running> {
  const { promise: ready, resolve: open } = Promise.withResolvers<void>()
  const server = await listen(program, options, context, ready)
  program.ownEndpoints.add(`localhost:${server.port}`)
  try {
    const first = await firstStart(program.admin, options, context.variables)
    open()
    return running({ engine, program, first, server, host: options.host, dataFolder: resolve(options.dataFolder) })
  } catch (thrown) {
    await server.stop(0)
    throw thrown
  }
}

async function openFolder(dataFolder: string, options: LocalOptions, context: StartContext): Promise<Engine> {
  if (options.isFresh) forget(dataFolder)
  const engine = await startEngine({ dataFolder, variables: context.variables, now: context.ambient.now })
  closeToOthers(dataFolder)
  return engine
}

/** Under the folder's lock, so that nothing is forgotten under a program that still runs. */
function forget(dataFolder: string): void {
  const unlock = lockFolder(dataFolder)
  try {
    for (const name of readdirSync(dataFolder)) {
      if (isOwnFile(name) && !name.startsWith('lock')) rmSync(join(dataFolder, name), { recursive: true, force: true })
    }
  } finally {
    unlock()
  }
}

async function listen(
  program: Program,
  options: LocalOptions,
  context: StartContext,
  ready: Promise<void>,
): Promise<RunningServer> {
  const gateway = withControlPlane(program)
  let isReady = false
  void ready.then(() => {
    isReady = true
  })
  try {
    return await startHttpServer(options.host, options.port, {
      ambient: context.ambient,
      serve: (call, sink) => (isReady ? serve(call, sink, gateway) : ready.then(() => serve(call, sink, gateway))),
      refuse: (call, error, sink) => refuseUnread(call, error, sink, program.gateway),
      ...(context.bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs: context.bodyTimeoutMs }),
    })
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new GatewayError(
        'conflict',
        `port ${options.port} is in use; stop what listens there or choose another with --port`,
      )
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new GatewayError(
        'invalid_request',
        `'${options.host}' is not an address of this machine; choose another with --host`,
      )
    }
    if (code === 'EACCES')
      throw new GatewayError(
        'permission_denied',
        `port ${options.port} needs more rights; choose one above 1023 with --port`,
      )
    throw thrown
  }
}

/** One address for both planes. */
function withControlPlane({ gateway, admin }: Program): GatewayPorts {
  const answer = async (call: Call, sink: Sink) => writeWholeAnswer(await serveAdmin(call, admin), sink)
  return { ...gateway, controlPlane: { serves: isAdminPath, answer } }
}

function running(parts: {
  readonly engine: Engine
  readonly program: Program
  readonly first: FirstStart
  readonly server: RunningServer
  readonly host: string
  readonly dataFolder: string
}): Running {
  const { engine, program, first, server, host, dataFolder } = parts
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>()
  engine.onExit(fail)
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const origin = `http://${shown === '127.0.0.1' ? 'localhost' : shown}:${server.port}`
  const removeAddress = writeAddress(dataFolder, origin)
  return {
    origin,
    program,
    engine,
    first,
    failed,
    async stop(graceMs) {
      await server.stop(graceMs)
      removeAddress()
      await program.close()
      await engine.stop()
    },
  }
}
