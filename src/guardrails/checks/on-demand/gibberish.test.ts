/** How often the heuristic is right, on a small set that has hard cases in it: names, slang, other languages; invented words. */
import { describe, expect, it } from 'vitest'
import { runCheck } from '../../../../test/support/guardrail-subject.ts'
import { noiseShare } from './gibberish.ts'

const real = [
  'Hello, how are you today?',
  'Please summarise the quarterly report for the board.',
  'What is the weather like in Zürich tomorrow?',
  'Ich hätte gerne eine Übersicht der Rechtsschutzversicherung.',
  'Angstschweiß und Herbststurm, Selbstschutz und Geschichtsschreibung',
  'Bonjour, pourriez-vous corriger ce texte ?',
  'El perro corre por el parque y juega con los niños.',
  'Chciałbym zamówić książkę o wszechświecie, przeszłości i szczęściu.',
  'Strč prst skrz krk, zmrzl hrb srn.',
  'Jag skulle vilja boka ett bord för fyra personer.',
  'Vorrei prenotare un tavolo per due persone stasera.',
  'Quero saber o preço do bilhete de comboio para o Porto.',
  'Write a function that sorts an array with quicksort in TypeScript.',
  'kubectl get pods -n kube-system | grep coredns',
  'HTTP GET returns JSON with the SHA256 of the XLSX file',
  'lol brb omg tysm',
  'haha yesss thankssss soooo much',
  'Ik wil graag een afspraak maken voor volgende week dinsdag.',
  'Merhaba, bugün hava nasıl olacak acaba?',
  'Szeretnék egy kávét és egy süteményt kérni.',
  'Tôi muốn đặt một bàn cho hai người tối nay.',
  '今日はいい天気ですね。',
  'Привет, как дела сегодня?',
  'مرحبا كيف حالك اليوم',
  'SELECT name FROM users WHERE id = 5;',
  'Mississippi, Massachusetts, Connecticut and Pennsylvania',
  'rhythm and strengths, twelfths, psychology, lengths',
  'Dr. Schwarzkopf met Ms. Nguyen and Mr. Szczesny in Llandudno.',
  'Minä haluaisin varata pöydän kahdelle hengelle.',
  'Vreau să rezerv o masă pentru două persoane.',
]
const noise = [
  'asdfghjkl qwertyuiop zxcvbnm',
  'sdkfjh skdjfh ksjdhf kjsdhf',
  'xkcjvb wqer zxmnv qpwoei',
  'aaaaaaaaaaaaaaa bbbbbbbbbbbb',
  'lkjsdf oiuwer mnbvzx',
  'fjdksla fjdkslaf jdkslaf',
  'hjgkfd trweyu bvncmx',
  '!!!@@@###$$$%%%^^^&&&',
  'qwe asd zxc qweasd zxcqwe asdzxc',
  'dfgdfgdfg hjkhjkhjk tyutyutyu',
  'zxqj vkpw mbxt rgnq hfzd',
  'asjkdhaskjdh aksjdhaksjd haskjdhaks',
  'wertzuioplkjhgf dsayxcvbnm',
  'ksjdfhksjdf sdfkjhsdf sdkfjhsdkf sdkjfh',
  'jfkdl;ajfkd;l ajfkdla;',
  'gfdhjskgh fdjkgh sfdkjgh fdskjgh',
  'xxxxxxxx yyyyyyyy zzzzzzzz',
  'pqowieu rytlaks jdhfgmz nxbcv',
  'bdfkjg bdfkjgb dfkjgb dkfjgb',
  'vbnmvbnm fghjfghj tyuityui',
  'oiu poi kjh lkj mnb',
  'tgbyhn rfvujm edcwsx qazplm',
  'blargh flurb snorgle wibble wobble',
  'colorless mirp blorf quan stilp',
  'uiouaeo aeiouae iuoeaui',
  'nvkdfjvn dkfjvnd kfjvndkfjvn',
  'wqwqwqwq erererer tytytyty',
  'hskdjf7 834hf skdjfh 38fh ksdf',
  'zzzzz xxxxx ccccc vvvvv',
  'mfkdlsm fkdlsm fkldsm',
]

const isNoise = (text: string) => noiseShare(text) > 0.5

describe('gibberish', () => {
  it('is right on nine texts in ten, and finds eight pieces of noise in ten', () => {
    const found = noise.filter(isNoise).length
    const wrong = real.filter(isNoise).length
    // precision 0.89, recall 0.83
    expect({ wrong, found }).toEqual({ wrong: 3, found: 25 })
  })

  it('fails noise and passes text; turned round, the other way', async () => {
    expect((await runCheck('portkey.gibberish', {}, 'sdkfjh skdjfh ksjdhf')).isPassed).toBe(false)
    expect((await runCheck('portkey.gibberish', {}, 'Hello, how are you?')).isPassed).toBe(true)
    expect((await runCheck('portkey.gibberish', { not: true }, 'sdkfjh skdjfh ksjdhf')).isPassed).toBe(true)
  })

  it('passes scripts that it cannot judge, and texts too short to', () => {
    expect(['今日はいい天気ですね。', 'ок', 'xq', '12345678901234'].filter(isNoise)).toEqual([])
  })

  it('judges a long text by pieces from all over it', () => {
    const long = (text: string) => `${text} `.repeat(Math.ceil(1_000_000 / text.length))
    expect(isNoise(long('sdkfjh skdjfh ksjdhf kjsdhf'))).toBe(true)
    expect(isNoise(long('Please summarise the quarterly report for the board.'))).toBe(false)
    expect(isNoise(`Hello, how are you today? ${long('sdkfjh skdjfh ksjdhf kjsdhf')}`)).toBe(true)
  })

  it('takes time in proportion to the text, however it is made', () => {
    for (const piece of ['a', 'a@', '`', 'a_']) expect(noiseShare(piece.repeat(200_000))).toBeLessThanOrEqual(1)
  })
})
