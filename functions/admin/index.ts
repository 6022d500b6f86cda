/** The control plane, for administrators. Its answers are streamed, because a log with its bodies may be larger than Lambda's 6 MB for whole answers. */
import type { AdminPorts } from '../../src/admin/ports.ts'
import { serveAdmin } from '../../src/admin/serve.ts'
import { servedPaths } from '../../src/gateway/arrive/routes.ts'
import { createStatusReader } from '../../src/limits/status.ts'
import { createPriceList } from '../../src/pricing/list.ts'
import { administeredProviders } from '../../src/providers/administered.ts'
import { checkCustomHost } from '../../src/providers/host-rules.ts'
import { readRootKeyHash } from '../../src/store/root-key.ts'
import { ownEndpointsIn } from '../../src/transport/own-endpoints.ts'
import { writeWholeAnswer } from '../../src/transport/whole-answer.ts'
import { streamed } from '../streamed.ts'
import { version } from '../version.ts'
import { createFunctionContext } from '../wiring.ts'

const { environment, ambient, clients, store, counters } = createFunctionContext()
const rootKeyHash = await readRootKeyHash(environment.rootKeySecret, clients.secretsManager)

const ports: AdminPorts = {
  ...store,
  ambient,
  aiProviders: administeredProviders,
  prices: createPriceList(),
  limitStatus: createStatusReader(counters),
  checkHost: async (url, { isApproved }) => {
    checkCustomHost(url, { allowedHosts: environment.allowedHosts, isApproved })
    ownEndpointsIn(process.env).check(url)
  },
  settings: {
    organisationId: 'organisation',
    secretsPrefix: environment.secretsPrefix,
    corsOrigins: environment.corsOrigins,
    corsHeaders: environment.corsHeaders,
    dataPlane: servedPaths,
    version,
    ...(rootKeyHash === undefined ? {} : { rootKeyHash }),
  },
}

export const handler = streamed({
  serve: async (call, sink) => writeWholeAnswer(await serveAdmin(call, ports), sink),
  ambient,
})
