/** Amazon's Nova and Titan. */
import type { Family } from '../traits.ts'

const nova = 'https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html'

export const novaFamily: Family = {
  name: 'Amazon Nova',
  pattern: /^nova-/,
  traits: {
    maker: 'Amazon',
    sampling: { maxTemperature: 1, penalties: false, logprobs: false, logitBias: false },
    maxStops: 4,
    allowsBlankStops: false,
    thinking: 'none',
    efforts: [],
    structuredOutput: 'tool',
    toolDialect: 'nova',
    strictToolDialect: 'nova',
    toolChoices: ['auto', 'required', 'tool'],
    userFirst: true,
    allowsBlankText: false,
    cacheMarks: 'content',
    maxOutputTokens: 10_000,
    seed: false,
    multipleAnswers: false,
  },
  sources: [
    nova,
    'https://github.com/pydantic/pydantic-ai/issues/1623',
    'https://github.com/zed-industries/zed/issues/28521',
  ],
  rows: [
    {
      models: 'Nova 2',
      pattern: /^nova-2/,
      traits: { thinking: 'effort', efforts: ['low', 'medium', 'high'], maxOutputTokens: 65_535 },
      sources: ['https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html'],
    },
  ],
}
