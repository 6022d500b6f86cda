/** Numbers that states give to people, by country: form, checksum, and the words that must stand by where the form is weak. */
import { validate as tfn } from 'stdnum/lib/cjs/au/tfn.js'
import { validate as belgian } from 'stdnum/lib/cjs/be/nn.js'
import { validate as egn } from 'stdnum/lib/cjs/bg/egn.js'
import { validate as cnpj } from 'stdnum/lib/cjs/br/cnpj.js'
import { validate as cpf } from 'stdnum/lib/cjs/br/cpf.js'
import { validate as sin } from 'stdnum/lib/cjs/ca/sin.js'
import { validate as swiss } from 'stdnum/lib/cjs/ch/ssn.js'
import { validate as rut } from 'stdnum/lib/cjs/cl/rut.js'
import { validate as ric } from 'stdnum/lib/cjs/cn/ric.js'
import { validate as rodneCislo } from 'stdnum/lib/cjs/cz/rc.js'
import { validate as steuerId } from 'stdnum/lib/cjs/de/idnr.js'
import { validate as cpr } from 'stdnum/lib/cjs/dk/cpr.js'
import { validate as isikukood } from 'stdnum/lib/cjs/ee/ik.js'
import { validate as dni } from 'stdnum/lib/cjs/es/dni.js'
import { validate as nie } from 'stdnum/lib/cjs/es/nie.js'
import { validate as hetu } from 'stdnum/lib/cjs/fi/hetu.js'
import { validate as nir } from 'stdnum/lib/cjs/fr/nir.js'
import { validate as nino } from 'stdnum/lib/cjs/gb/nino.js'
import { validate as amka } from 'stdnum/lib/cjs/gr/amka.js'
import { validate as oib } from 'stdnum/lib/cjs/hr/oib.js'
import { validate as pps } from 'stdnum/lib/cjs/ie/pps.js'
import { validate as aadhaar } from 'stdnum/lib/cjs/in/aadhaar.js'
import { validate as pan } from 'stdnum/lib/cjs/in/pan.js'
import { validate as codiceFiscale } from 'stdnum/lib/cjs/it/codicefiscale.js'
import { validate as rrn } from 'stdnum/lib/cjs/kr/rrn.js'
import { validate as asmensKodas } from 'stdnum/lib/cjs/lt/asmens.js'
import { validate as curp } from 'stdnum/lib/cjs/mx/curp.js'
import { validate as bsn } from 'stdnum/lib/cjs/nl/bsn.js'
import { validate as fodselsnummer } from 'stdnum/lib/cjs/no/fodselsnummer.js'
import { validate as pesel } from 'stdnum/lib/cjs/pl/pesel.js'
import { validate as portuguese } from 'stdnum/lib/cjs/pt/nif.js'
import { validate as cnp } from 'stdnum/lib/cjs/ro/cnp.js'
import { validate as personnummer } from 'stdnum/lib/cjs/se/personnummer.js'
import { validate as kimlik } from 'stdnum/lib/cjs/tr/tckimlik.js'
import { validate as ssn } from 'stdnum/lib/cjs/us/ssn.js'
import { validate as southAfrican } from 'stdnum/lib/cjs/za/idnr.js'
import { isMedicareNumber, isNhsNumber } from './checksums.ts'
import { acceptWhole, nonPersonalWords, type PersonalDataKind } from './kind.ts'
import { anyWord } from './words.ts'

type Validate = (value: string) => { readonly isValid: boolean }

/** stdnum's verdict on a value without its spaces. */
const valid = (validate: Validate) => acceptWhole((value) => validate(value.replaceAll(' ', '')).isValid)

/** Form and checksum are proof enough, unless words say that it is something else. */
function strong(pattern: RegExp, validate: Validate): PersonalDataKind {
  return { category: 'NATIONAL_ID', pattern, cut: valid(validate), unless: nonPersonalWords }
}

/** Every tenth number or so has such a checksum: the words have to be there. */
function weak(pattern: RegExp, validate: Validate, words: string): PersonalDataKind {
  return { category: 'NATIONAL_ID', pattern, cut: valid(validate), context: anyWord(words) }
}

const idWords =
  'id_number identity identification personal_number personal_code personal_id national_id citizen tax_id tax_number tin'

const socialSecurity: readonly PersonalDataKind[] = [
  {
    category: 'SSN',
    pattern: /(?<![\w-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])/g,
    cut: valid(ssn),
    unless: nonPersonalWords,
  },
  {
    category: 'SSN',
    pattern: /(?<![\w.-])\d{9}(?![\w-])/g,
    cut: valid(ssn),
    context: anyWord('ssn ssns social_security'),
  },
  {
    category: 'SSN',
    pattern: /(?<![\w-])9\d{2}[- ]?(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])[- ]?\d{4}(?![\w-])/g,
    context: anyWord('itin itins individual_taxpayer taxpayer'),
  },
]

const europe: readonly PersonalDataKind[] = [
  weak(
    /(?<![\w.-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\w-])/g,
    steuerId,
    `steuer* idnr identifikationsnummer tax_id tin ${idWords}`,
  ),
  strong(/(?<![\w.-])[1-478] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?![\w-])/g, nir),
  strong(/(?<![\w.-])\d{2}\.?\d{3}\.?\d{3}[- ]?[A-HJ-NP-TV-Z](?![\w-])/g, dni),
  strong(/(?<![\w.-])[XYZ][- ]?\d{7}[- ]?[A-HJ-NP-TV-Z](?![\w-])/gi, nie),
  strong(/(?<![\w.-])[A-Z]{6}\d\d[ABCDEHLMPRST]\d\d[A-Z]\d{3}[A-Z](?![\w-])/gi, codiceFiscale),
  weak(/(?<![\w.-])\d{4}[. ]?\d{2}[. ]?\d{3}(?![\w-])/g, bsn, `bsn burgerservice* sofi* persoonsnummer ${idWords}`),
  weak(/(?<![\w.-])\d{11}(?![\w-])/g, pesel, `pesel peselu ${idWords}`),
  strong(/(?<![\w.-])(?:19|20)?\d{2}[01]\d[0-3]\d[-+]\d{4}(?![\w-])/g, personnummer),
  weak(/(?<![\w.-])(?:19|20)?\d{2}[01]\d[0-3]\d\d{4}(?![\w-])/g, personnummer, `person* samordningsnummer ${idWords}`),
  strong(/(?<![\w.-])[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?![\w-])/g, hetu),
  weak(/(?<![\w.-])[0-3]\d[01]\d{3}[- ]?\d{4}(?![\w-])/g, cpr, `cpr cpr_nummer person* ${idWords}`),
  weak(
    /(?<![\w.-])[0-7]\d[0-9]\d{3} ?\d{5}(?![\w-])/g,
    fodselsnummer,
    `fødsels* fodsels* personnummer d_nummer ${idWords}`,
  ),
  strong(/(?<![\w.-])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d\d \d\d \d\d [A-D](?![\w-])/gi, nino),
  weak(
    /(?<![\w.-])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D](?![\w-])/gi,
    nino,
    `nino ni national_insurance insurance ${idWords}`,
  ),
  {
    category: 'NATIONAL_ID',
    pattern: /(?<![\w.-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])/g,
    cut: acceptWhole(isNhsNumber),
    context: anyWord('nhs patient*'),
  },
  strong(/(?<![\w.-])\d{2}\.[01]\d\.[0-3]\d[- ]\d{3}\.\d{2}(?![\w-])/g, belgian),
  weak(/(?<![\w.-])\d{11}(?![\w-])/g, belgian, `rijksregister* national* insz niss registre ${idWords}`),
  strong(/(?<![\w.-])756\.?\d{4}\.?\d{4}\.?\d{2}(?![\w-])/g, swiss),
  weak(/(?<![\w.-])[123]\d{2} ?\d{3} ?\d{3}(?![\w-])/g, portuguese, `nif contribuinte ${idWords}`),
  strong(/(?<![\w.-])\d{2}[0-8]\d[0-3]\d\/\d{3,4}(?![\w/-])/g, rodneCislo),
  weak(/(?<![\w.-])[1-9]\d{12}(?![\w-])/g, cnp, `cnp cod_numeric personal ${idWords}`),
  weak(/(?<![\w.-])\d{10}(?![\w-])/g, egn, `egn егн ${idWords}`),
  weak(/(?<![\w.-])\d{11}(?![\w-])/g, oib, `oib osobni* ${idWords}`),
  weak(/(?<![\w.-])[0-3]\d[01]\d{3}\d{5}(?![\w-])/g, amka, `amka αμκα ${idWords}`),
  weak(/(?<![\w.-])[1-6]\d{10}(?![\w-])/g, asmensKodas, `asmens kodas ${idWords}`),
  weak(/(?<![\w.-])[1-8]\d{10}(?![\w-])/g, isikukood, `isikukood* ${idWords}`),
  weak(/(?<![\w.-])\d{7}[A-W][ABHWTX]?(?![\w-])/gi, pps, `pps ppsn public_service ${idWords}`),
  weak(/(?<![\w.-])[1-9]\d{10}(?![\w-])/g, kimlik, `kimlik tckn tc ${idWords}`),
]

const elsewhere: readonly PersonalDataKind[] = [
  strong(/(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])/g, cpf),
  weak(/(?<![\w.-])\d{11}(?![\w-])/g, cpf, `cpf ${idWords}`),
  strong(/(?<![\w.-])\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}(?![\w-])/g, cnpj),
  weak(/(?<![\w.-])\d{14}(?![\w-])/g, cnpj, 'cnpj'),
  weak(/(?<![\w.-])[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?![\w-])/g, aadhaar, `aadhaar aadhar uidai uid आधार ${idWords}`),
  weak(/(?<![\w.-])[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?![\w-])/gi, pan, `pan permanent_account income_tax ${idWords}`),
  strong(/(?<![\w.-])[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[0-9X](?![\w-])/gi, ric),
  strong(/(?<![\w.-])\d{2}[01]\d[0-3]\d-[1-8]\d{6}(?![\w-])/g, rrn),
  weak(/(?<![\w.-])\d{3} ?\d{3} ?\d{3}(?![\w-])/g, tfn, `tfn tax_file ${idWords}`),
  {
    category: 'NATIONAL_ID',
    pattern: /(?<![\w.-])[2-6]\d{3} ?\d{5} ?\d(?:[ /-]?\d)?(?![\w-])/g,
    cut: acceptWhole(isMedicareNumber),
    context: anyWord('medicare'),
  },
  weak(
    /(?<![\w.-])[1-79]\d{2}[ -]?\d{3}[ -]?\d{3}(?![\w-])/g,
    sin,
    `sin social_insurance nas assurance_sociale ${idWords}`,
  ),
  strong(/(?<![\w.-])[A-Z][AEIOUX][A-Z]{2}\d{2}[01]\d[0-3]\d[HM][A-Z]{5}[0-9A-Z]\d(?![\w-])/gi, curp),
  strong(/(?<![\w.-])\d{1,2}\.\d{3}\.\d{3}-[\dK](?![\w-])/gi, rut),
  weak(/(?<![\w.-])\d{2}[01]\d[0-3]\d\d{4}[01]\d{2}(?![\w-])/g, southAfrican, `south_african sa_id rsa ${idWords}`),
]

export const nationalIdKinds: readonly PersonalDataKind[] = [...socialSecurity, ...europe, ...elsewhere]
