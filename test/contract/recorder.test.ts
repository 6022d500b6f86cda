import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { startRecorder, withoutSecrets } from '../support/recorder.ts'
import { answerEvents, startUpstream } from '../support/upstream.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-recorder-'))

afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('a recorder passes everything on, and keeps the answer without secrets', async () => {
  const key = ['sk', 'live', '0123456789abcdef'].join('-')
  const upstream = await startUpstream(answerEvents([`data: {"you":"${key}","by":"org-AbCdEf123"}\n\n`]))
  const recorder = await startRecorder({ target: upstream.origin, folder, provider: 'a provider', secrets: [key] })
  try {
    recorder.keepAs('stream')
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(`${recorder.origin}/v1/x?y=1`, { method: 'POST', headers, body: '{"a":1}' })
    expect(await answer.text()).toContain(key)
    const [sent] = upstream.received
    expect(sent).toMatchObject({ method: 'POST', path: '/v1/x?y=1', body: '{"a":1}' })
    expect(sent?.headers.authorization).toBe(`Bearer ${key}`)
    const kept = readFileSync(join(folder, 'stream', 'answer.sse'), 'utf8')
    expect(kept).toBe('data: {"you":"***","by":"org-scrubbed"}\n\n')
    expect(readFileSync(join(folder, 'stream', 'meta.json'), 'utf8')).toContain('recorded from a provider')
  } finally {
    await recorder.stop()
    await upstream.stop()
  }
})

it.each([
  ['a key of the usual form', `x ${['gsk', 'a'.repeat(30)].join('_')} y`, 'x *** y'],
  ['a mail address', 'by jane.doe@corp.example.org.', 'by someone@example.com'],
  ['nothing secret', '{"id":"chatcmpl-123"}', '{"id":"chatcmpl-123"}'],
])('%s is kept as it may be', (_, text, expected) => {
  expect(withoutSecrets(text, [])).toBe(expected)
})
