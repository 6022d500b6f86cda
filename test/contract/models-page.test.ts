/** docs/reference/models.md is written from the table of models: `npx vitest run --project contract models-page -u` renews it. */
import { describe, expect, it } from 'vitest'
import { describeModel, writeKnown, writeModelsPage } from '../../src/model-traits/describe.ts'
import { findAiProvider, listAiProviders } from '../../src/providers/index.ts'

const intro = `# What each model takes

Sluice knows which parameters, tools, schemas and media each family of models takes, and changes a request so that its model does not refuse it. Each change is in the \`x-portkey-warnings\` header and in the log. What cannot be changed without changing the meaning is refused with \`unsupported_parameter\`.

- To see what applies to a model, run \`npm run models -- <model> [provider]\`.
- A model that no row names is sent everything.
- To correct a row for a model of an integration, set \`model_traits\` on it: \`PUT /v1/integrations/{id}/models\` with \`{"models": [{"slug": "my-model", "model_traits": {"maxStops": 0, "sampling": {"topP": false}}}]}\`. The names are those of this page, nested where this page has a dot.
- For a deployment, a profile or a fine-tuned model whose name says nothing, set \`base_model_slug\`.

This page is generated. Each row adds to the rows above it that fit the model.

`

describe('the reference page of models', () => {
  it('is what the table says', async () => {
    await expect(`${intro}${writeModelsPage()}`).toMatchFileSnapshot('../../docs/reference/models.md')
  })

  it('has a source for every row, of models and of providers', () => {
    const rows = [...writeModelsPage().matchAll(/^\| (?!models|---)(.*) \|$/gm)].map(([, row]) => row ?? '')
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter((row) => !row.includes('](https://'))).toEqual([])
    const deviations = listAiProviders().flatMap(({ traits }) => traits ?? [])
    expect(deviations.every(({ sources }) => sources.length > 0)).toBe(true)
  })

  it('is what the command lists for one model', () => {
    const text = writeKnown(describeModel('us.anthropic.claude-opus-4-7', findAiProvider('bedrock')))
    expect(text).toContain('(claude-opus-4-7)')
    expect(text).toContain('at Amazon Bedrock')
    expect(text).toContain('structuredOutput: tool')
    expect(writeKnown(describeModel('nobody-knows'))).toContain('no family has such a name')
  })
})
