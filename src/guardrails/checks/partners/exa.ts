/** `exa.online`: what a web search finds is put behind the last text. docs.exa.ai/reference/search */
import type { JsonObject } from '../../check-parameters.ts'
import { requireObjects } from './answer.ts'
import type { Partner } from './partner.ts'

/** Of each page. */
const mostCharacters = 2_000

export const exa: Partner = {
  id: 'exa.online',
  name: 'Exa',
  credentials: ['apiKey'],
  timeoutMs: 10_000,
  isLastTextOnly: true,
  prepare(given) {
    const numResults = given.number('numResults', 5)
    const prefix = given.optionalText('prefix') ?? '\n<web_search_context>'
    const suffix = given.optionalText('suffix') ?? '\n</web_search_context>'
    const filters: JsonObject = {
      ...domains('includeDomains', given.texts('includeDomains')),
      ...domains('excludeDomains', given.texts('excludeDomains')),
    }
    return {
      ask: ({ text, credentials }) => ({
        url: 'https://api.exa.ai/search',
        headers: { 'x-api-key': credentials.apiKey ?? '' },
        body: {
          query: text.slice(0, 1_000),
          numResults,
          contents: { text: { maxCharacters: mostCharacters } },
          ...filters,
        },
      }),
      judge(answer, { text }) {
        const results = requireObjects(answer, 'results')
        if (results.length === 0) return { isPassed: true, explanation: 'the search found nothing' }
        const pages = results.map(({ title, url, text: page }) =>
          [title, url, page].filter((each) => each != null).join('\n'),
        )
        return {
          isPassed: true,
          explanation: `the search found ${results.length} pages`,
          data: { urls: results.map(({ url }) => url) },
          text: `${text}${prefix}\n${pages.join('\n\n')}${suffix}`,
        }
      },
    }
  },
}

function domains(key: string, list: readonly string[]): JsonObject {
  return list.length === 0 ? {} : { [key]: list }
}
