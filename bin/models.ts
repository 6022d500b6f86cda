/** Lists what is known of a model and where from: `npm run models -- gpt-5.6`, or, as one provider serves it, `npm run models -- gpt-5.6 azure-openai`. */
import { describeModel, writeKnown } from '../src/model-traits/describe.ts'
import { findAiProvider } from '../src/providers/index.ts'

const [model, providerId] = process.argv.slice(2)
if (model === undefined) {
  process.stderr.write('Name a model, and, if you like, a provider: npm run models -- claude-opus-4-7 bedrock\n')
  process.exit(1)
}
const provider = providerId === undefined ? undefined : findAiProvider(providerId)
if (providerId !== undefined && provider === undefined) {
  process.stderr.write(`There is no AI provider '${providerId}'; docs/reference/providers-and-models.md lists them.\n`)
  process.exit(1)
}
process.stdout.write(writeKnown(describeModel(model, provider)))
