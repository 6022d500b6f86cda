/** What each function loads before its first event: bounded, and nothing that it does not need. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleInto, type FunctionName, functionNames } from '../../lib/bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-bundle-'))
let outputs: Metafile['outputs']

beforeAll(() => {
  outputs = bundleInto(folder).outputs
})

afterAll(() => rmSync(folder, { recursive: true }))

/** The entry's file and all chunks that it imports at once; not what it imports later. */
function loadedAtStart(name: FunctionName): readonly Metafile['outputs'][string][] {
  const entry = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === `functions/${name}/index.ts`)
  const seen = new Set<string>()
  const visit = (path: string): void => {
    if (seen.has(path)) return
    seen.add(path)
    for (const { path: next, kind, external } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement' && !external) visit(next)
  }
  visit(entry ?? '')
  return [...seen].flatMap((path) => outputs[path] ?? [])
}

const bytesOf = (name: FunctionName) => loadedAtStart(name).reduce((sum, { bytes }) => sum + bytes, 0)
const inputsOf = (name: FunctionName) => loadedAtStart(name).flatMap(({ inputs }) => Object.keys(inputs))

describe('the bundle of the gateway', () => {
  it('is at most 540 KB when it starts', () => {
    console.log(functionNames.map((name) => `${name} ${Math.round(bytesOf(name) / 1024)} KB`).join(', '))
    expect(bytesOf('gateway')).toBeLessThanOrEqual(540 * 1024)
  })

  it.each([
    ['the control plane', /^src\/admin\/(?!paths)/],
    ['the price list', /genai-prices/],
    ['the S3 client', /@aws-sdk\/client-s3\//],
    [
      'the semantic cache',
      /@aws-sdk\/client-s3vectors\/|^src\/(?:gateway\/caching\/semantic|cache\/(?:word|sentence))/,
    ],
    ['the schema library', /node_modules\/zod\//],
    ['the checks of guardrails', /^src\/guardrails\/checks\/|node_modules\/tinyld\//],
    ['forms', /^src\/bytes\/multipart-form/],
    ['shapes', /^src\/protocols\/reshapes\/(?!load)/],
  ])('starts without %s', (_, part) => {
    expect(inputsOf('gateway').filter((path) => part.test(path))).toEqual([])
  })

  it('holds the line of the request', () => {
    expect(inputsOf('gateway')).toContain('src/gateway/serve.ts')
  })
})
