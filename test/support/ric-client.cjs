/**
 * Preloaded before AWS's runtime client: gives it next, done and error over plain HTTP in place of its native part, so
 * that it runs without a compiler.
 */
const http = require('node:http')
const Module = require('node:module')
const path = require('node:path')

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? '').split(':')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

function call(method, target, body, headers = {}) {
  const sent =
    body === undefined
      ? headers
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers }
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      { hostname, port, path: `/2018-06-01/runtime${target}`, method, agent, headers: sent },
      (answer) => {
        const chunks = []
        answer.on('data', (chunk) => chunks.push(chunk))
        answer.on('end', () => resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: answer.headers }))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const client = {
  initializeClient() {},
  next: () => call('GET', '/invocation/next'),
  done: (id, body) => void call('POST', `/invocation/${id}/response`, body),
  error: (id, body, cause) =>
    void call('POST', `/invocation/${id}/error`, body, {
      'lambda-runtime-function-error-type': JSON.parse(body).errorType ?? 'Error',
      'lambda-runtime-function-xray-error-cause': cause,
    }),
}

const load = Module._load
Module._load = (request, ...rest) => (path.basename(request) === 'rapid-client.node' ? client : load(request, ...rest))
