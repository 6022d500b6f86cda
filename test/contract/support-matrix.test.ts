/** docs/support-matrix.md is written from the rows themselves: `npx vitest run --project contract support-matrix -u` renews it. */
import { describe, expect, it } from 'vitest'
import { nativeProtocols, protocols } from '../../src/protocols/index.ts'
import type { NativeProtocolId, ProtocolId, WireId } from '../../src/protocols/protocol.ts'
import { isReshaped, reshapes } from '../../src/protocols/reshapes/load.ts'
import { listAiProviders } from '../../src/providers/index.ts'
import type { AiProvider } from '../../src/providers/provider.ts'

const clientPaths: Partial<Record<ProtocolId, string>> = {
  'openai-chat': 'POST /v1/chat/completions',
  'openai-responses': 'POST /v1/responses',
  'anthropic-messages': 'POST /v1/messages',
}

const nativePaths: Readonly<Record<NativeProtocolId, string>> = {
  'openai-embeddings': 'POST /v1/embeddings',
  'openai-completions': 'POST /v1/completions',
  'openai-moderations': 'POST /v1/moderations',
  'openai-rerank': 'POST /v1/rerank',
  'openai-images': 'POST /v1/images/generations',
  'openai-image-edits': 'POST /v1/images/edits',
  'openai-image-variations': 'POST /v1/images/variations',
  'openai-speech': 'POST /v1/audio/speech',
  'openai-transcriptions': 'POST /v1/audio/transcriptions',
  'openai-translations': 'POST /v1/audio/translations',
}

function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** In its own wire, in a shape that stands in for it, or not at all. */
function cellOf({ speaks }: AiProvider, wire: NativeProtocolId): string {
  if (speaks[wire] !== undefined) return 'bytes'
  const spoken = Object.keys(speaks) as WireId[]
  return spoken.some((each) => isReshaped(each) && reshapes(each) === wire) ? 'translated' : ''
}

function matrix(): string {
  const clients = Object.entries(clientPaths) as [ProtocolId, string][]
  const rows = listAiProviders().map((row) => {
    const spoken = Object.keys(row.speaks).filter((wire) => wire in protocols)
    const cells = clients.map(([wire]) => (spoken.includes(wire) ? 'bytes' : 'translated'))
    const names = [row.id, ...row.aliases].map((name) => `\`${name}\``).join(' ')
    return [
      row.name,
      names,
      row.origin ?? row.hostSetting ?? 'custom host',
      spoken.join(', '),
      ...cells,
      row.keyVariable ?? '',
    ]
  })
  const header = [
    'provider',
    'names',
    'address',
    'speaks',
    ...clients.map(([, path]) => `\`${path}\``),
    'key on a first start',
  ]
  const natives = Object.entries(nativePaths) as [NativeProtocolId, string][]
  const nativeRows = listAiProviders()
    .map((row) => [row.name, ...natives.map(([wire]) => cellOf(row, wire))])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ''))
  const nativeHeader = ['provider', ...natives.map(([, path]) => `\`${path}\``)]
  return `# Support matrix

Generated from \`src/providers\` and \`src/protocols\`; the contract suites run every row and every pair of wires.

*bytes*: the provider speaks the client's wire, the body passes untouched but for the model's name. *translated*: through the neutral form; what it cannot carry is named in \`x-portkey-warnings\` and the log. Streaming, tools, images, structured output, reasoning and usage work in every cell as far as the model behind it has them.

${tableOf(header, rows)}

Wires: ${Object.keys(protocols)
    .map((id) => `\`${id}\``)
    .join(', ')}.

## Endpoints that are passed on

Same keys, configs, limits, guardrails and records. *translated* here: a shape of the provider's own is written and read in place of the wire, whole answers only. An empty cell is refused with \`unsupported_parameter\`, because nothing the provider has says the same. What a provider does not report (moderations, usually) is estimated from the request's size. A model without a listed price is recorded as unpriced and refused under a cost limit, until the integration gives it one.

${tableOf(nativeHeader, nativeRows)}

Wires: ${Object.keys(nativeProtocols)
    .map((id) => `\`${id}\``)
    .join(', ')}.
`
}

describe('the support matrix', () => {
  it('is the one in the docs', async () => {
    await expect(matrix()).toMatchFileSnapshot('../../docs/support-matrix.md')
  })
})
