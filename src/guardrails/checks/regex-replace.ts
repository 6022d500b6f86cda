/** `default.regexReplace`: replaces what matches. A pattern that does not finish fails the check, for nothing was replaced. */
import { boundedPattern, PatternTimeout } from '../bounded-pattern.ts'
import { defineCheck, onBoth } from './check.ts'

export const regexReplace = defineCheck({
  id: 'default.regexReplace',
  hooks: onBoth,
  mayChange: () => true,
  prepare(given) {
    const rule = given.text('rule')
    const redactText = given.optionalText('redactText') ?? '[REDACTED]'
    const failsOnDetection = given.flag('failOnDetection')
    const written = /^\/(.+)\/([a-z]*)$/s.exec(rule)
    const pattern = boundedPattern(written?.[1] ?? rule, written?.[2] ?? '', `${given.where}.rule`)
    return ({ texts }) => {
      try {
        const replaced = texts.map((text) => pattern.replaceAll(text, redactText))
        const isFound = replaced.some((text, at) => text !== texts[at])
        const explanation = isFound ? 'the pattern was found and replaced' : 'the pattern was not found'
        return {
          isPassed: !(isFound && failsOnDetection),
          data: { explanation, rule },
          ...(isFound ? { texts: replaced } : {}),
        }
      } catch (thrown) {
        if (!(thrown instanceof PatternTimeout)) throw thrown
        return { isPassed: false, data: { explanation: thrown.message, rule }, error: thrown }
      }
    }
  },
})
