/** Passports, driving licences and dates of birth: known by the words before them, passports also by their machine-readable lines. */
import { acceptWhole, type PersonalDataKind } from './kind.ts'
import { anyWord } from './words.ts'

const passportWords = anyWord(
  'passport passports reisepass* pass_nr passnummer passeport* pasaporte* passaporto* paspoort* passaporte* paszport* passi ' +
    'passinumero pas_nummer 护照 護照 パスポート 여권 паспорт* पासपोर्ट',
  '[^\\n]{0,24}$',
)

const licenceWords = anyWord(
  "drivers_license driver's_license drivers_licence driver's_licence driver_license driver_licence " +
    'driving_licence driving_license führerschein* fahrerlaubnis* permis_de_conduire permiso_de_conducir ' +
    'licencia_de_conducir carnet_de_conducir carné_de_conducir patente_di_guida rijbewijs* carta_de_condução cnh ' +
    'carteira_de_motorista prawo_jazdy prawa_jazdy körkort* førerkort* kørekort* ajokortti* dl_number 驾驶证 運転免許 운전면허',
  '[^\\n]{0,24}$',
)

const birthWords = anyWord(
  'born dob d.o.b. birth_date birthdate date_of_birth birthday birth geboren geb geburtsdatum geburtstag geboortedatum ' +
    'né née date_de_naissance naissance fecha_de_nacimiento nacido nacida nací nacimiento data_di_nascita nato nata nascita ' +
    'data_de_nascimento nascido nascida nasci nascimento urodzon* urodzenia född födelsedatum født fødselsdato syntynyt ' +
    'syntymäaika doğum родил* рождения 生年月日 生まれ 出生日期 出生 생년월일 जन्म* ميلاد',
  '[^\\n]{0,20}$',
)

const months =
  'jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|märz|mär|janv|févr|fév|mars|avr|juin|juil|août|déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|fev|out|mrt|mei|sty|lut|kwi|maj|cze|lip|sie|wrz|paź|lis|gru|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек'

const day = '(?:0?[1-9]|[12]\\d|3[01])'
const year = '(?:19|20)\\d\\d'

/** ISO 7064 is not used here: ICAO 9303 has weights 7, 3, 1. */
function isCheckDigitRight(field: string, digit: string): boolean {
  let sum = 0
  for (const [at, letter] of [...field].entries()) {
    const value = letter === '<' ? 0 : /\d/.test(letter) ? Number(letter) : letter.charCodeAt(0) - 55
    sum += value * ([7, 3, 1][at % 3] ?? 1)
  }
  return String(sum % 10) === digit
}

const digitsIn = (value: string) => value.replace(/\D/g, '').length

export const documentKinds: readonly PersonalDataKind[] = [
  {
    category: 'PASSPORT',
    pattern:
      /(?<![A-Z0-9<])(?:P[A-Z<][A-Z<]{42}\s{1,2})?[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{14}[0-9<]\d(?![A-Z0-9<])/g,
    cut: acceptWhole((value) => {
      const line = value.slice(-44)
      return isCheckDigitRight(line.slice(0, 9), line[9] ?? '') && isCheckDigitRight(line.slice(13, 19), line[19] ?? '')
    }),
  },
  {
    category: 'DATE_OF_BIRTH',
    pattern: new RegExp(
      `(?<![\\w.])(?:${year}[-./]\\d{1,2}[-./]\\d{1,2}|\\d{1,2}([-./]) ?\\d{1,2}\\1 ?(?:${year}|\\d\\d)|${day}(?:st|nd|rd|th|er|º|\\.)? (?:de |of )?(?:${months})\\p{L}{0,7}\\.?,? (?:de |del )?${year}|(?:${months})\\p{L}{0,7}\\.? ${day}(?:st|nd|rd|th)?,? ${year}|${year}[年년] ?\\d{1,2}[月월] ?\\d{1,2}[日일]?)(?![\\w])`,
      'giu',
    ),
    context: birthWords,
    cut: acceptWhole(
      (value) => !/[-./]/.test(value) || value.split(/\D+/).every((part) => part.length === 4 || Number(part) <= 99),
    ),
  },
  {
    category: 'DRIVER_LICENSE',
    pattern: /(?<![\w.-])(?=[A-Z\d -]{0,18}\d)[A-Z\d]{2,18}(?:[- ][A-Z\d]{2,8}){0,3}(?![\w-])/g,
    context: licenceWords,
    cut(value) {
      const part = /^[A-Z\d]{1,18}(?:[- ](?=[A-Z]{0,4}\d)[A-Z\d]{2,8}){0,3}/.exec(value)?.[0] ?? ''
      return digitsIn(part) >= 4 && part.replace(/\W/g, '').length >= 6 ? part : undefined
    },
  },
  {
    category: 'PASSPORT',
    pattern:
      /(?<![\w.-])(?:[A-Z]{1,3} ?\d{6,8}|\d{8,9}|\d{2}[A-Z]{2}\d{5}|[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}|\d{2} ?\d{2} ?\d{6})(?![\w-])/g,
    context: passportWords,
    cut: acceptWhole((value) => digitsIn(value) >= 4),
  },
]
