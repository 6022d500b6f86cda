/** The simulated provider, a process of its own. `/<delay>/<gap>/v1/chat/completions`: milliseconds before the first byte and between events. */
import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { streamFrames, wholeAnswer } from './script.ts'

const frames = streamFrames()
const chunkHead = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' }
const wholeHead = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(wholeAnswer) }

const server = http.createServer((request, response) => {
  const [, delay = '0', gap = '0'] = (request.url ?? '').split('/')
  let isStream = false
  request.on('data', (chunk: Buffer) => {
    isStream ||= chunk.includes('"stream":true')
  })
  request.on('end', () =>
    after(Number(delay), () => (isStream ? sendFrames(response, Number(gap)) : sendWhole(response))),
  )
})

function after(delayMs: number, act: () => void): void {
  if (delayMs === 0) act()
  else setTimeout(act, delayMs)
}

function sendWhole(response: ServerResponse): void {
  response.writeHead(200, wholeHead).end(wholeAnswer)
}

/** With a gap, events go one by one; without, as fast as they are taken, still one write each. */
function sendFrames(response: ServerResponse, gapMs: number): void {
  response.writeHead(200, chunkHead)
  let at = 0
  const next = () => {
    response.write(frames[at])
    at += 1
    if (at === frames.length) response.end()
    else if (gapMs > 0) setTimeout(next, gapMs)
    else setImmediate(next)
  }
  next()
}

server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
