import { describe, expect, it } from 'vitest'
import { findTraits } from './find-traits.ts'
import { plainName } from './plain-name.ts'

describe('the plain name of a model', () => {
  it.each([
    ['us.anthropic.claude-opus-4-7-v1:0', 'claude-opus-4-7-v1:0'],
    ['anthropic/claude-opus-4.7', 'claude-opus-4-7'],
    ['claude-4-6-opus', 'claude-opus-4-6'],
    ['claude-3-5-sonnet-20241022', 'claude-sonnet-3-5-20241022'],
    ['claude-3-opus', 'claude-opus-3'],
    ['us.openai.gpt-5.6-sol', 'gpt-5.6-sol'],
    ['gpt-5-4-mini', 'gpt-5.4-mini'],
    ['gpt-5-2025-08-07', 'gpt-5-2025-08-07'],
    ['openai/gpt-4.1', 'gpt-4.1'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    [
      'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0',
      'claude-sonnet-4-20250514-v1:0',
    ],
    [
      'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
      'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
    ],
    ['my-deployment', 'my-deployment'],
  ])('of %s is %s', (model, name) => {
    expect(plainName(model)).toBe(name)
  })
})

describe('what a model takes', () => {
  it.each([
    ['claude-opus-4-20250514', 'budget', 'tool', true],
    ['claude-opus-4-1-20250805', 'budget', 'native', true],
    ['claude-sonnet-4-5-20250929', 'budget', 'native', true],
    ['claude-haiku-4-5@20251001', 'budget', 'native', true],
    ['claude-sonnet-4.6', 'budget-or-adaptive', 'native', true],
    ['claude-opus-4-7', 'adaptive', 'native', false],
    ['claude-opus-5-5', 'adaptive', 'native', false],
    ['claude-sonnet-5', 'adaptive', 'native', false],
    ['claude-fable-5', 'always-adaptive', 'native', false],
    ['claude-3-haiku-20240307', 'none', 'tool', true],
    ['claude-2.1', 'none', 'tool', true],
  ])('%s thinks by %s, takes a form %s, top_p %s', (model, thinking, structuredOutput, topP) => {
    expect(findTraits(model)).toMatchObject({ thinking, structuredOutput, sampling: { topP } })
  })

  it.each([
    ['gpt-4o-mini', 'all', [], 'any'],
    ['gpt-5-mini-2025-08-07', 'all', ['minimal', 'low', 'medium', 'high'], 'default'],
    ['gpt-5-chat-latest', 'all', [], 'any'],
    ['gpt-5-codex', 'none', ['low', 'medium', 'high'], 'default'],
    ['gpt-5.1', 'all', ['none', 'low', 'medium', 'high'], 'any'],
    ['gpt-5.4', 'tools-without-effort', ['none', 'low', 'medium', 'high', 'xhigh'], 'any'],
    ['gpt-5.6-terra', 'tools-with-effort-none', ['none', 'low', 'medium', 'high', 'xhigh'], 'default'],
    ['gpt-6-sol', 'tools-with-effort-none', ['none', 'low', 'medium', 'high', 'xhigh'], 'default'],
    ['o3-mini', 'all', ['low', 'medium', 'high'], 'default'],
    ['o3-pro', 'none', ['low', 'medium', 'high'], 'default'],
    ['gpt-oss-120b', 'all', ['low', 'medium', 'high'], 'any'],
  ])('%s is served by chat: %s, with the efforts %j and temperature %s', (model, chat, efforts, temperature) => {
    expect(findTraits(model)).toMatchObject({ chat, efforts, sampling: { temperature } })
  })

  it('is everything where nobody knows the model', () => {
    expect(findTraits('somebodys-own')).toMatchObject({
      chat: 'all',
      maxStops: Number.POSITIVE_INFINITY,
      maker: 'unknown',
    })
    expect(findTraits('somebodys-own')).toBe(findTraits('somebodys-own'))
  })
})
