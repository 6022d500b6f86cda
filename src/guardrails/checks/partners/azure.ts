/** Azure AI Content Safety and Azure AI Language. Requests and answers: learn.microsoft.com/rest/api/contentsafety, /rest/api/language. */
import { requireBoolean, requireObject, requireObjects, requireString } from './answer.ts'
import type { Partner, PartnerInput } from './partner.ts'
import { lastMessageText, readHostPart } from './request-parts.ts'

const credentials = ['resourceName', 'apiKey']
const contentSafetyVersion = '2024-09-01'
const languageVersion = '2024-11-01'

function ask({ credentials: given }: PartnerInput, path: string, version: string, body: unknown) {
  return {
    url: `https://${readHostPart(given, 'resourceName')}.cognitiveservices.azure.com/${path}?api-version=${version}`,
    headers: { 'ocp-apim-subscription-key': given.apiKey ?? '' },
    body,
  }
}

const contentSafety: Partner = {
  id: 'azure.contentSafety',
  name: 'Azure AI Content Safety',
  credentials,
  credentialGroups: ['contentSafety'],
  timeoutMs: 5_000,
  prepare(given) {
    const lists = given.texts('blocklistNames')
    const categories = given.texts('categories')
    const threshold = given.number('severity', 2)
    return {
      ask: (question) =>
        ask(question, 'contentsafety/text:analyze', contentSafetyVersion, {
          text: question.text,
          ...(categories.length > 0 ? { categories } : {}),
          ...(lists.length > 0 ? { blocklistNames: lists } : {}),
          outputType: 'FourSeverityLevels',
        }),
      judge(answer) {
        const analysed = requireObjects(answer, 'categoriesAnalysis')
        const severe = analysed.filter(({ severity }) => typeof severity === 'number' && severity >= threshold)
        const listed = Array.isArray(answer.blocklistsMatch) ? answer.blocklistsMatch.length : 0
        const names = severe.map(({ category }) => String(category))
        const said = [...names, ...(listed > 0 ? [`${listed} entries of block lists`] : [])]
        return {
          isPassed: said.length === 0,
          explanation: said.length === 0 ? `nothing of severity ${threshold} or more` : `found ${said.join(', ')}`,
          data: { categoriesAnalysis: analysed },
        }
      },
    }
  },
}

const shieldPrompt: Partner = {
  id: 'azure.shieldPrompt',
  name: 'Azure Prompt Shields',
  credentials,
  credentialGroups: ['shieldPrompt', 'contentSafety'],
  timeoutMs: 5_000,
  prepare: () => ({
    ask: (question) =>
      ask(question, 'contentsafety/text:shieldPrompt', contentSafetyVersion, {
        userPrompt: question.subject.hook === 'input' ? question.text : lastMessageText(question.subject.requestJson),
        documents: question.subject.hook === 'input' ? [] : [question.text],
      }),
    judge(answer, { subject }) {
      const documents = subject.hook === 'input' ? [] : requireObjects(answer, 'documentsAnalysis')
      const analysed = [requireObject(answer, 'userPromptAnalysis'), ...documents]
      const isAttack = analysed.map((each) => requireBoolean(each, 'attackDetected')).includes(true)
      return { isPassed: !isAttack, explanation: isAttack ? 'an attack was found' : 'no attack was found' }
    },
  }),
}

const protectedMaterial: Partner = {
  id: 'azure.protectedMaterial',
  name: 'Azure AI Content Safety',
  credentials,
  credentialGroups: ['protectedMaterial', 'contentSafety'],
  timeoutMs: 5_000,
  prepare: () => ({
    ask: (question) =>
      ask(question, 'contentsafety/text:detectProtectedMaterial', contentSafetyVersion, { text: question.text }),
    judge(answer) {
      const isDetected = requireBoolean(requireObject(answer, 'protectedMaterialAnalysis'), 'detected')
      return {
        isPassed: !isDetected,
        explanation: isDetected ? 'protected material was found' : 'no protected material was found',
      }
    },
  }),
}

const pii: Partner = {
  id: 'azure.pii',
  name: 'Azure AI Language',
  credentials,
  credentialGroups: ['pii'],
  timeoutMs: 5_000,
  isPerText: (given) => given.flag('redact'),
  prepare(given) {
    const isRedacting = given.flag('redact')
    const categories = given.texts('categories')
    const language = given.optionalText('language') ?? 'en'
    const domain = given.optionalText('domain')
    return {
      ask: (question) =>
        ask(question, 'language/:analyze-text', languageVersion, {
          kind: 'PiiEntityRecognition',
          parameters: {
            modelVersion: 'latest',
            ...(domain === undefined ? {} : { domain }),
            ...(categories.length > 0 ? { piiCategories: categories } : {}),
          },
          analysisInput: { documents: [{ id: '1', language, text: question.text }] },
        }),
      judge(answer) {
        const [document] = requireObjects(requireObject(answer, 'results'), 'documents')
        if (document === undefined) throw new Error('the answer has no document')
        const kinds = [...new Set(requireObjects(document, 'entities').map(({ category }) => String(category)))]
        const said = kinds.length === 0 ? 'no personal data was found' : `found ${kinds.join(', ')}`
        const isReplaced = isRedacting && kinds.length > 0
        return {
          isPassed: isRedacting || kinds.length === 0,
          explanation: isReplaced ? `${said}; it was replaced` : said,
          data: { detectedCategories: kinds },
          ...(isReplaced ? { text: requireString(document, 'redactedText') } : {}),
        }
      },
    }
  },
}

export const azure: readonly Partner[] = [contentSafety, shieldPrompt, protectedMaterial, pii]
