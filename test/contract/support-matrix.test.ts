/** docs/reference/providers-and-models.md is written from the rows and from what the wires can say: `npx vitest run --project contract support-matrix -u` renews it. */
import { describe, expect, it } from 'vitest'
import { nativeProtocols, protocols } from '../../src/protocols/index.ts'
import type { NativeProtocolId, Protocol, ProtocolId, WireId } from '../../src/protocols/protocol.ts'
import { isReshaped, listReshapes, reshapes } from '../../src/protocols/reshapes/load.ts'
import { findAiProvider, listAiProviders } from '../../src/providers/index.ts'
import type { AiProvider } from '../../src/providers/provider.ts'
import { type Capability, capabilities, lacks, probe, providerGaps, wireGaps } from './capabilities.ts'

const chatPaths: Partial<Record<ProtocolId, string>> = {
  'openai-chat': 'chat completions',
  'openai-responses': 'responses',
  'anthropic-messages': 'messages',
}

const nativePaths: Readonly<Record<NativeProtocolId, string>> = {
  'openai-embeddings': 'embeddings',
  'openai-completions': 'completions',
  'openai-moderations': 'moderations',
  'openai-rerank': 'rerank',
  'openai-images': 'images',
  'openai-image-edits': 'image edits',
  'openai-image-variations': 'image variations',
  'openai-speech': 'speech',
  'openai-transcriptions': 'transcriptions',
  'openai-translations': 'translations',
}

const shown = Object.keys(capabilities) as Capability[]
const chatWires = Object.values(protocols) as readonly (Protocol & { readonly id: ProtocolId })[]

function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const wiresOf = ({ speaks }: AiProvider) => Object.keys(speaks) as WireId[]
const spokenChat = (row: AiProvider) => chatWires.filter(({ id }) => row.speaks[id] !== undefined)

function chatCell(row: AiProvider, wire: ProtocolId): string {
  if (row.speaks[wire] !== undefined) return '●'
  return spokenChat(row).length > 0 ? '○' : ''
}

/** In its own wire, in a shape that stands in for it, or not at all. */
function nativeCell(row: AiProvider, wire: NativeProtocolId): string {
  if (row.speaks[wire] !== undefined) return '●'
  return wiresOf(row).some((each) => isReshaped(each) && reshapes(each) === wire) ? '○' : ''
}

/** A capability of a provider is that of the wires it has, less what its models lack. */
function capabilityCell(row: AiProvider, capability: Capability): string {
  const able = spokenChat(row).filter(({ id }) => !lacks(wireGaps[id], capability))
  return able.length === 0 || lacks(providerGaps[row.id], capability) ? '–' : '✓'
}

function chatTable(): string {
  const rows = listAiProviders().filter((row) => spokenChat(row).length > 0)
  return tableOf(
    ['provider', 'names', 'speaks', ...shown, 'key on a first start'],
    rows.map((row) => [
      row.name,
      [row.id, ...row.aliases].map((name) => `\`${name}\``).join(' '),
      spokenChat(row)
        .map(({ id }) => id)
        .join(', '),
      ...shown.map((capability) => capabilityCell(row, capability)),
      row.keyVariable ?? '',
    ]),
  )
}

function endpointTable(): string {
  const chats = Object.entries(chatPaths) as [ProtocolId, string][]
  const natives = Object.entries(nativePaths) as [NativeProtocolId, string][]
  return tableOf(
    ['provider', 'id', 'address', ...[...chats, ...natives].map(([, name]) => name)],
    listAiProviders().map((row) => [
      row.name,
      `\`${row.id}\``,
      (row.origin ?? row.hostSetting ?? 'custom host').replace('https://', ''),
      ...chats.map(([wire]) => chatCell(row, wire)),
      ...natives.map(([wire]) => nativeCell(row, wire)),
    ]),
  )
}

function wireTable(): string {
  return tableOf(
    ['wire', ...shown],
    chatWires.map((wire) => [
      `\`${wire.id}\``,
      ...shown.map((capability) => {
        const { refused, told } = probe(wire, capability)
        if (refused !== undefined) return '–'
        return told.length === 0 ? '✓' : `✓ ${told.join('; ')}`
      }),
    ]),
  )
}

function gapList(): string {
  const lines = [...Object.entries(wireGaps), ...Object.entries(providerGaps)].flatMap(([id, gaps]) =>
    gaps.map(
      ({ skip, because }) =>
        `- ${findAiProvider(id)?.name ?? `\`${id}\``}: no ${[skip].flat().join(', no ')}, because ${because}.`,
    ),
  )
  return lines.join('\n')
}

function shapeList(): string {
  return Object.entries(nativePaths)
    .map(([wire, name]) => [name, listReshapes().filter((id) => reshapes(id) === wire)] as const)
    .filter(([, shapes]) => shapes.length > 0)
    .map(([name, shapes]) => `- ${name}: ${shapes.map((id) => `\`${id}\``).join(', ')}`)
    .join('\n')
}

function matrix(): string {
  return `# Support matrix

Generated from \`src/providers\` and \`src/protocols\`; the contract suites run every row, every pair of wires and every shape.

## Chat

Every chat client (\`POST /v1/chat/completions\`, \`/v1/responses\`, \`/v1/messages\`) reaches every provider here. ✓: the gateway carries it there and back in this provider's wire; whether one model takes it is that model's affair. –: not, and the reason stands below; a request that needs it is refused in words, by us or by the provider.

${chatTable()}

Gaps:

${gapList()}

What a wire cannot carry is named in \`x-portkey-warnings\` and the log:

${wireTable()}

## Endpoints

●: the provider speaks the client's wire, the body passes untouched but for the model's name and what the provider is known to refuse. ○: written and read in another wire or in a shape of the provider's own (whole answers only, for all but chat). An empty cell is refused with \`unsupported_parameter\` and the names of providers that have the endpoint. Same keys, configs, limits, guardrails and records for all. What a provider does not report is estimated from the request's size. A model without a listed price is recorded as unpriced and refused under a cost limit, until the integration gives it one.

Every provider, those without a mark included, is reached by its own paths too: \`/v1/proxy/…\` or any path below \`/v1\` that is not ours, with the integration's credentials.

${endpointTable()}

Shapes that stand in for a wire:

${shapeList()}

## Not here

- \`palm\`: Google has shut the PaLM API down; use \`google\`.
- \`portkey\`: the other gateway itself.
- \`oracle\` with signed requests: use a Generative AI API key.
- Bedrock's four legacy text models that Converse does not know (\`cohere.command-text-v14\`, \`cohere.command-light-text-v14\`, \`ai21.j2-mid-v1\`, \`ai21.j2-ultra-v1\`): by their own path, \`POST /v1/model/{id}/invoke\`.
- \`replicate\`, \`meshy\`, \`tripo3d\`, \`fal-ai\`, \`scenario-ai\`, \`sagemaker\`, \`qdrant\`, \`milvus\` have no endpoint of OpenAI's shape: their own paths are passed on.
`
}

describe('the support matrix', () => {
  it.each(chatWires.flatMap((wire) => shown.map((capability) => [wire.id, capability, wire] as const)))(
    'is true where %s has or lacks %s',
    (id, capability, wire) => {
      const { refused } = probe(wire, capability)
      expect(refused !== undefined, refused).toBe(lacks(wireGaps[id], capability))
    },
  )

  it('names gaps of providers that exist and chat', () => {
    for (const id of Object.keys(providerGaps)) expect(spokenChat(findAiProvider(id)!).length).toBeGreaterThan(0)
  })

  it('shows every endpoint', () => {
    expect(Object.keys(nativePaths).sort()).toEqual(Object.keys(nativeProtocols).sort())
  })

  it('is the one in the docs', async () => {
    await expect(matrix()).toMatchFileSnapshot('../../docs/reference/providers-and-models.md')
  })
})
