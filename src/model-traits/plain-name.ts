/** The name of a model without what providers put around it. */

const regions = /^(?:us|us-gov|eu|apac|jp|au|ca|sa|me|global)\.(?=[a-z0-9-]+\.)/
const makers =
  /^(?:anthropic|amazon|meta|mistral|cohere|openai|ai21|deepseek|qwen|writer|google|moonshot|moonshotai|minimax|nvidia|zai|xai)\.(?=[a-z])/

/**
 * `us.anthropic.claude-opus-4-7-v1:0` → `claude-opus-4-7-v1:0`, `anthropic/claude-opus-4.7` → `claude-opus-4-7`,
 * `claude-4-6-opus` → `claude-opus-4-6`, `gpt-5-4-mini` → `gpt-5.4-mini`. A name of one's own stays as it is, and so does the ARN of a profile that does not name its model.
 */
export function plainName(model: string): string {
  const whole = model.toLowerCase()
  const last = whole.slice(whole.lastIndexOf('/') + 1)
  const name = last.replace(regions, '').replace(makers, '').replace(/^~/, '')
  if (name === last && whole.startsWith('arn:')) return whole
  if (name.startsWith('claude-')) return plainClaude(name)
  return name.replace(/^(gpt|gemini)-(\d)-(\d{1,2})(?=$|[-.:@])(?!-\d{2}$)/, '$1-$2.$3')
}

function plainClaude(name: string): string {
  const dashed = name.replace(/(\d)\.(\d)/g, '$1-$2')
  return dashed.replace(
    /^claude-(\d)(?:-(\d))?-(opus|sonnet|haiku)/,
    (_, major: string, minor: string, line: string) =>
      minor === undefined ? `claude-${line}-${major}` : `claude-${line}-${major}-${minor}`,
  )
}
