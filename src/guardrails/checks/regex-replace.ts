/** `default.regexReplace`: replaces what matches. */
import { compilePattern } from '../../patterns/pattern.ts'
import { defineCheck, inputAndOutput } from './check.ts'

export const regexReplace = defineCheck({
  id: 'default.regexReplace',
  hooks: inputAndOutput,
  mayChange: () => true,
  prepare(given) {
    const rule = given.text('rule')
    const redactText = given.optionalText('redactText') ?? '[REDACTED]'
    const failsOnDetection = given.flag('failOnDetection')
    const written = /^\/(.+)\/([a-z]*)$/s.exec(rule)
    const pattern = compilePattern(written?.[1] ?? rule, written?.[2] ?? '', `${given.where}.rule`)
    return async ({ texts }, { patterns }) => {
      const replaced = await Promise.all(texts.map((text) => pattern.replaceAll(text, redactText, patterns)))
      const isFound = replaced.some((text, at) => text !== texts[at])
      const explanation = isFound ? 'the pattern was found and replaced' : 'the pattern was not found'
      const verdict = !(isFound && failsOnDetection)
      return {
        isPassed: verdict,
        data: { explanation, verdict, rule, regexPattern: rule },
        ...(isFound ? { texts: replaced } : {}),
      }
    }
  },
})
