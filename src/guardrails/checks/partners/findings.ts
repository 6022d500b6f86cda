/** Findings that several services' answers come to. */
import type { JsonObject } from '../../check-parameters.ts'
import type { Finding } from './partner.ts'

/** `names` = what was found, where the service says so. */
export function detectionFinding(isBad: boolean, names: readonly string[], data: JsonObject = {}): Finding {
  const said = names.length > 0 ? `found ${names.join(', ')}` : 'the service found a breach'
  return {
    isPassed: !isBad,
    explanation: isBad ? said : 'the service found nothing',
    data: { ...data, detected: names },
  }
}

/** What was taken out passes. */
export function personalDataFinding(isFound: boolean, redacted: string, isRedacting: boolean): Finding {
  const said = isFound ? 'personal data was found' : 'no personal data was found'
  const isReplaced = isFound && isRedacting
  return {
    isPassed: !isFound || isRedacting,
    explanation: isReplaced ? `${said}; it was replaced` : said,
    ...(isReplaced ? { text: redacted } : {}),
  }
}
