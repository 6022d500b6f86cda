/** `default.validUrls`: every address in the text answers, or at least its name resolves. */
import type { GuardrailPorts } from '../guardrail.ts'
import { defineCheck, judge, outputOnly } from './check.ts'

/** A text with more addresses than this is not looked through: each costs a request. */
const mostUrls = 32
const timeoutMs = 3_000

export const validUrls = defineCheck({
  id: 'default.validUrls',
  needsText: true,
  hooks: outputOnly,
  prepare(given) {
    const onlyDns = given.flag('onlyDNS')
    const validationMethod = onlyDns ? 'DNS lookup' : 'HTTP request'
    return async ({ text }, ports) => {
      const urls = [...new Set(text.match(/https?:\/\/[^\s<>"'`)\]}]+/g) ?? [])].map((url) =>
        url.replace(/(?<![.,;:!?])[.,;:!?]+$/, ''),
      )
      if (urls.length === 0) {
        const explanation = 'there is no URL in the text'
        return { isPassed: false, data: { explanation, verdict: false, urls, validationMethod } }
      }
      if (urls.length > mostUrls) throw new Error(`the text has ${urls.length} URLs; at most ${mostUrls} are looked at`)
      const answers = await Promise.all(urls.map((url) => isAlive(url, onlyDns, ports)))
      const invalidUrls = urls.filter((_, at) => answers[at] !== true)
      const said = `${urls.length - invalidUrls.length} of ${urls.length} URLs are valid`
      return judge(given, invalidUrls.length === 0, said, {
        urls,
        validUrls: urls.filter((url) => !invalidUrls.includes(url)),
        invalidUrls,
        validationMethod,
      })
    }
  },
})

async function isAlive(text: string, onlyDns: boolean, ports: GuardrailPorts): Promise<boolean> {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  url.hash = ''
  if (onlyDns) return ports.resolves(url.hostname)
  const answer = await ports.send({ method: 'HEAD', url, timeoutMs }).catch(() => undefined)
  // a server that forbids HEAD is there all the same
  return answer !== undefined && (answer.status < 400 || answer.status === 405)
}
