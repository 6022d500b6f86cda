import { describe, expect, it } from 'vitest'
import { findOperation } from './operations.ts'

describe('a path without a wire', () => {
  it.each([
    ['POST', '/files', 'uploadFile', 'none', 'jobs'],
    ['GET', '/files/f/content', 'retrieveFileContent', 'none', 'jobs'],
    ['DELETE', '/files/f', 'deleteFile', 'none', 'jobs'],
    ['POST', '/uploads/u/parts', 'uploadFile', 'none', 'jobs'],
    ['POST', '/batches', 'createBatch', 'unknown', 'jobs'],
    ['POST', '/batches/b/cancel', 'cancelBatch', 'none', 'jobs'],
    ['GET', '/batches/b', 'retrieveBatch', 'none', 'jobs'],
    ['POST', '/fine_tuning/jobs', 'createFinetune', 'unknown', 'jobs'],
    ['GET', '/fine_tuning/jobs/j/events', 'retrieveFinetune', 'none', 'jobs'],
    ['POST', '/fine_tuning/jobs/j/resume', 'proxy', 'unknown', 'jobs'],
    ['GET', '/responses/r', 'getModelResponse', 'none', 'stored'],
    ['HEAD', '/responses/r', 'getModelResponse', 'none', 'stored'],
    ['POST', '/responses/r/cancel', 'cancelModelResponse', 'none', 'stored'],
    ['POST', '/responses/input_tokens', 'countResponseInputTokens', 'none', 'stored'],
    ['POST', '/responses/compact', 'compactModelResponse', 'unknown', 'stored'],
    ['POST', '/messages/count_tokens', 'messagesCountTokens', 'none', undefined],
    ['POST', '/messages/batches', 'proxy', 'unknown', undefined],
    ['POST', '/models/@gem/gemini:countTokens', 'proxy', 'none', undefined],
    ['POST', '/models/gemini:generateContent?:countTokens', 'proxy', 'unknown', undefined],
    ['POST', '/models/gemini:generateContent;:countTokens', 'proxy', 'unknown', undefined],
    ['POST', '/models/gemini:embedContent', 'proxy', 'unknown', undefined],
    ['GET', '/threads/t', 'proxy', 'none', undefined],
    ['PATCH', '/threads/t', 'proxy', 'unknown', undefined],
    ['PUT', '/threads/t', 'proxy', 'unknown', undefined],
  ])('%s %s is %s, cost %s', (method, path, name, cost, family) => {
    expect(findOperation(method, path)).toMatchObject({ name, cost, ...(family === undefined ? {} : { family }) })
  })

  it('costs what nobody knows when it is read with a body', () => {
    expect(findOperation('GET', '/chat/completions', true)).toMatchObject({ name: 'proxy', cost: 'unknown' })
    expect(findOperation('DELETE', '/threads/t', true)).toMatchObject({ name: 'proxy', cost: 'none' })
  })

  it('is passed on by methods that providers know', () => {
    expect(findOperation('TRACE', '/files')).toBeUndefined()
    expect(findOperation('CONNECT', '/files')).toBeUndefined()
  })
})
