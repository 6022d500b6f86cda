import { describe, expect, it } from 'vitest'
import { runCheck } from '../../../../test/support/guardrail-subject.ts'

const passes = async (text: string, parameters: object) =>
  (await runCheck('portkey.language', { ...parameters }, text)).isPassed

describe('language', () => {
  it.each([
    ['en', 'Could you please tell me where the nearest station is?'],
    ['fra', 'Pourriez-vous me dire où se trouve la gare la plus proche ?'],
    ['deu', 'Könnten Sie mir bitte sagen, wo der nächste Bahnhof ist?'],
    ['es', '¿Podría decirme dónde está la estación más cercana?'],
    ['ja', '一番近い駅はどこですか。'],
    ['cmn', '请问最近的车站在哪里？'],
    ['ar', 'أين تقع أقرب محطة من فضلك؟'],
    ['ru', 'Не подскажете, где ближайшая станция?'],
  ])('knows %s, by either of its codes', async (code, text) => {
    expect(await passes(text, { language: [code] })).toBe(true)
    expect(await passes(text, { language: ['th'] })).toBe(false)
    expect(await passes(text, { language: ['th'], not: true })).toBe(true)
  })

  it('passes a text too short to tell, and says so', async () => {
    expect(await runCheck('portkey.language', { language: ['en'] }, '42')).toMatchObject({
      isPassed: true,
      data: { detectedLanguage: null },
    })
  })

  it.each([[{}], [{ language: ['klingon'] }]])('refuses %j', async (parameters) => {
    await expect(runCheck('portkey.language', parameters, 'x')).rejects.toThrow('language')
  })
})
