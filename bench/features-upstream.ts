/** The simulated provider of the features, a process of its own. Its path says how it behaves: `/up/…` answers, `/down/…` fails. */
import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pace, streamFrames, wholeAnswer } from './features-script.ts'

const frames = streamFrames()

const server = http.createServer((request, response) => {
  let isStream = false
  request.on('data', (chunk: Buffer) => {
    isStream ||= chunk.includes('"stream":true')
  })
  request.on('end', () => {
    if (request.url?.startsWith('/down/')) response.writeHead(503).end('{"error":{"message":"down"}}')
    else if (isStream) sendFrames(response)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(wholeAnswer)
  })
})

function sendFrames(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let at = 0
  const next = () => {
    response.write(frames[at])
    at += 1
    if (at === frames.length) response.end()
    else setTimeout(next, pace.gapMs)
  }
  next()
}

server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
