/** The control plane, for administrators: answers as a whole. */
import middy from '@middy/core'
import type { Context, LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda'
import type { AdminPorts } from '../../src/admin/ports.ts'
import { serveAdmin } from '../../src/admin/serve.ts'
import { createStatusReader } from '../../src/limits/status.ts'
import { createPriceList } from '../../src/pricing/list.ts'
import { checkCustomHost } from '../../src/providers/host-rules.ts'
import { aiProviders } from '../../src/providers/index.ts'
import { readRootKeyHash } from '../../src/store/root-key.ts'
import { readCall } from '../../src/transport/lambda-url.ts'
import { layFoundation } from '../wiring.ts'

const { environment, ambient, clients, store, counters } = layFoundation()
const rootKeyHash = await readRootKeyHash(environment.rootKeySecret, clients.secretsManager)

const ports: AdminPorts = {
  ...store,
  ambient,
  aiProviders,
  prices: createPriceList(),
  limitStatus: createStatusReader(counters),
  checkHost: async (url) => checkCustomHost(url, environment.allowedHosts),
  settings: {
    organisationId: 'organisation',
    secretsPrefix: environment.secretsPrefix,
    corsOrigins: environment.corsOrigins,
    corsHeaders: environment.corsHeaders,
    ...(rootKeyHash === undefined ? {} : { rootKeyHash }),
  },
}

const neverGone = new AbortController().signal

async function answer(event: LambdaFunctionURLEvent, context: Context): Promise<LambdaFunctionURLResult> {
  const call = readCall(event, context, { nowMs: ambient.now(), clientGone: neverGone })
  const { status, headers, body } = await serveAdmin(call, ports)
  return { statusCode: status, headers: { ...headers }, body }
}

export const handler = middy(answer, { timeoutEarlyInMillis: 0 })
