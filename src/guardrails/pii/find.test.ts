import { describe, expect, it } from 'vitest'
import { piiCategories, structuredCategories } from './categories.ts'
import { isIban, isLuhn, isMedicareNumber, isNhsNumber } from './checksums.ts'
import { findPersonalData } from './find.ts'

async function found(text: string) {
  const findings = await findPersonalData(text, { categories: structuredCategories })
  return findings.map(({ category, text: part }) => `${category} ${part}`)
}

describe('personal data', () => {
  it.each([
    ['write to ada.lovelace+x@mail.example.co.uk.', 'EMAIL_ADDRESS ada.lovelace+x@mail.example.co.uk'],
    ['jürgen: info@müller.de', 'EMAIL_ADDRESS info@müller.de'],
    ['card 4111-1111-1111-1111, please', 'CREDIT_CARD 4111-1111-1111-1111'],
    ['amex 378282246310005', 'CREDIT_CARD 378282246310005'],
    ['pay to DE89 3704 0044 0532 0130 00 today', 'IBAN DE89 3704 0044 0532 0130 00'],
    ['CH9300762011623852957', 'IBAN CH9300762011623852957'],
    ['no. 1234 4111 1111 1111 1111', 'CREDIT_CARD 4111 1111 1111 1111'],
    ['my ssn is 536-22-8726', 'SSN 536-22-8726'],
    ['from 203.0.113.7:443', 'IP_ADDRESS 203.0.113.7'],
    ['at 2001:db8::ff00:42:8329 now', 'IP_ADDRESS 2001:db8::ff00:42:8329'],
    ['ring +41 44 668 18 00 now', 'PHONE_NUMBER +41 44 668 18 00'],
    ['ring +1 (415) 555-2671', 'PHONE_NUMBER +1 (415) 555-2671'],
    ['ring (415) 555-2671 now', 'PHONE_NUMBER (415) 555-2671'],
    ['ring 415-555-2671.', 'PHONE_NUMBER 415-555-2671'],
    ['Tel. 044 668 18 00', 'PHONE_NUMBER 044 668 18 00'],
  ])('is found in %j', async (text, finding) => {
    expect(await found(text)).toEqual([finding])
  })

  it.each([
    'order 4111 1111 1111 1112 of 2026-11-21',
    'version 1.2.3.4.5 and 999.1.1.1',
    'pay CH9300762011623852958 and XX9300762011623852957',
    'area 000-12-3456 and 987-65-4321',
    'at 12:30:45 we had 3:2 and a::b in C++ std::vector',
    '10000000000000000 atoms, 1,234,567.89 euros',
    'the years 1914-1918 and 1939-1945',
    'commit 9c404b4 in 2026-11-21T03:12:58',
    'a@b and @open/gpt-5',
  ])('is not seen in %j', async (text) => {
    expect(await found(text)).toEqual([])
  })

  it.each([
    ['?to=ada@example.org&x=1', 'EMAIL_ADDRESS ada@example.org'],
    ["mail 'jürgen.o'neil@example.org'", "EMAIL_ADDRESS jürgen.o'neil@example.org"],
    ['请发邮件到ada@example.org', 'EMAIL_ADDRESS ada@example.org'],
    ['ada [at] example [dot] org', 'EMAIL_ADDRESS ada [at] example [dot] org'],
    ['mail ada dot lovelace at example dot org please', 'EMAIL_ADDRESS ada dot lovelace at example dot org'],
    ['Karte ４１１１ １１１１ １１１１ １１１１', 'CREDIT_CARD ４１１１ １１１１ １１１１ １１１１'],
    ['my phone: 079 123 45 67', 'PHONE_NUMBER 079 123 45 67'],
    ['BSN 111222333', 'NATIONAL_ID 111222333'],
    ['NHS number 943 476 5919', 'NATIONAL_ID 943 476 5919'],
    ['CPF 123.456.789-09', 'NATIONAL_ID 123.456.789-09'],
    ['811228-9874', 'NATIONAL_ID 811228-9874'],
    ['12345678Z is a DNI', 'NATIONAL_ID 12345678Z'],
    ['ITIN 912-70-1234', 'SSN 912-70-1234'],
    ['VAT DE136695976', 'VAT_NUMBER DE136695976'],
    ['BIC and CHE-107.787.577 IVA', 'VAT_NUMBER CHE-107.787.577 IVA'],
    ['3c:22:fb:01:02:03', 'MAC_ADDRESS 3c:22:fb:01:02:03'],
    ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'CRYPTO_ADDRESS 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'CRYPTO_ADDRESS bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
    ['mysql://app:not-real-1@db.example.org/x', 'SECRET mysql://app:not-real-1@db.example.org'],
    ['password: Not-Real-7', 'SECRET Not-Real-7'],
    ['born on 12 March 1985', 'DATE_OF_BIRTH 12 March 1985'],
    ['生年月日 1985年3月12日', 'DATE_OF_BIRTH 1985年3月12日'],
    ['Reisepass C01X00T47', 'PASSPORT C01X00T47'],
    [
      'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10',
      'PASSPORT P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10',
    ],
  ])('with a checksum, a form or a word beside it is found in %j', async (text, finding) => {
    expect(await found(text)).toEqual([finding])
  })

  it.each([
    'look at example dot org',
    'const apiKey = process.env.SLUICE_API_KEY2; token: readToken(4)',
    'order 111222333 and 12345678A',
    'the password is required; the token: string',
    'VAT DE136695977, bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5',
    '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb',
    'we met on 12 March 1985',
    'v10.4.2.1 at 127.0.0.1',
  ])('without them is not seen in %j', async (text) => {
    expect(await found(text)).toEqual([])
  })

  it('is found in the national form of the countries that are named', async () => {
    const search = { categories: structuredCategories, countries: ['CH'] }
    const texts = async (text: string) => (await findPersonalData(text, search)).map(({ text: part }) => part)
    expect(await texts('044 668 18 00 or 79 123 45 67')).toEqual(['044 668 18 00', '79 123 45 67'])
    expect(await found('79 123 45 67')).toEqual([])
  })

  it('is cut out where it stands, invisible characters included', async () => {
    const zero = String.fromCodePoint(0x200b)
    const text = `to ${[...'ada@example.org'].join(zero)}, please`
    const [finding] = await findPersonalData(text, { categories: ['EMAIL_ADDRESS'] })
    expect(text.slice(0, finding?.start) + text.slice(finding?.end)).toBe('to , please')
  })

  it('leaves a card alone when only phone numbers are asked for', async () => {
    expect(await findPersonalData('phone 4111 1111 1111 1111', { categories: ['PHONE_NUMBER'] })).toEqual([])
  })

  it('takes time in proportion to the text, however it is made', async () => {
    const evil = [
      'a'.repeat(50_000),
      '1 '.repeat(25_000),
      'a.'.repeat(25_000),
      '1:'.repeat(25_000),
      `${'a.b-'.repeat(12_000)}@`,
      '(1'.repeat(25_000),
      'AA00 '.repeat(10_000),
      'tel 1 '.repeat(20_000),
      '0044 12 '.repeat(15_000),
      'dear A '.repeat(15_000),
      'ada at x dot '.repeat(10_000),
      '12 rue de la de la '.repeat(6_000),
      'Name: A A '.repeat(10_000),
      '{"password":"'.repeat(10_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(4_000),
    ]
    for (const text of evil)
      expect((await findPersonalData(text, { categories: piiCategories })).length).toBeLessThanOrEqual(text.length)
  })
})

it('lets others have their turn while a long text is searched', async () => {
  let hasHadTurn = false
  setImmediate(() => {
    hasHadTurn = true
  })
  await findPersonalData('1 '.repeat(25_000), { categories: structuredCategories })
  expect(hasHadTurn).toBe(true)
})

describe('checksums', () => {
  it('know real numbers from others', () => {
    expect([isLuhn('4111111111111111'), isLuhn('4111111111111112'), isLuhn('0000000000000000')]).toEqual([
      true,
      false,
      false,
    ])
    expect([
      isIban('GB82 WEST 1234 5698 7654 32'),
      isIban('GB82WEST12345698765431'),
      isIban('XX82WEST12345698765432'),
    ]).toEqual([true, false, false])
    expect([isNhsNumber('943 476 5919'), isNhsNumber('943 476 5918')]).toEqual([true, false])
    expect([isMedicareNumber('2123 45670 1'), isMedicareNumber('2123 45671 1')]).toEqual([true, false])
  })

  it('notice every single wrong digit of a card', () => {
    const card = '5555555555554444'
    for (let at = 0; at < card.length; at++)
      for (let digit = 0; digit < 10; digit++) {
        const other = card.slice(0, at) + digit + card.slice(at + 1)
        expect(isLuhn(other)).toBe(other === card)
      }
  })
})
