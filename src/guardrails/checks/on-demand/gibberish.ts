/** `portkey.gibberish`: is the text noise? By the shape of words in Latin letters; other scripts pass. See gibberish.test.ts for how often it is right. */
import type { CheckParameters } from '../../check-parameters.ts'
import type { RunCheck } from '../../guardrail.ts'
import { judge } from '../check.ts'

/** Beyond this share of letters in words that look like noise, the text is. */
const noisyShare = 0.5
const fewestLetters = 8

export function gibberish(given: CheckParameters): RunCheck {
  return ({ text }) => {
    const share = noiseShare(text)
    const isNoise = share > noisyShare
    const said = isNoise ? 'the text looks like noise' : 'the text does not look like noise'
    return judge(given, !isNoise, said, { noise: Math.round(share * 100) / 100 })
  }
}

/** Addresses, paths, names of variables. */
const notProse = /[_/\\=<>{}]|.@./

/** Longer texts are judged by pieces from all over them: a megabyte would take 0.8 s (measured 2026-11). */
const mostJudged = 64 * 1024
const sampleLength = 2 * 1024

function sampleOf(text: string): string {
  if (text.length <= mostJudged) return text
  const count = mostJudged / sampleLength
  const step = (text.length - sampleLength) / (count - 1)
  const samples = Array.from({ length: count }, (_, at) => Math.floor(at * step))
  return samples.map((start) => text.slice(start, start + sampleLength)).join(' ')
}

/** 0 to 1: the share of letters that stand in words that look like noise. */
export function noiseShare(whole: string): number {
  const text = sampleOf(whole)
  const pieces = text.replace(/```[\s\S]*?```|`[^`]*`/g, ' ').split(/\s+/)
  const prose = pieces.filter((piece) => !notProse.test(piece)).join(' ')
  const words = prose.match(/[\p{Script=Latin}\p{M}'’]+/gu) ?? []
  const judged = words.map((word) => word.replace(/['’]/g, '')).filter((word) => word.length >= 4)
  const letters = judged.reduce((sum, word) => sum + word.length, 0)
  if (letters < fewestLetters) return symbolsIn(text)
  return judged.filter(isNoise).reduce((sum, word) => sum + word.length, 0) / letters
}

/** A long run of signs without words is noise as well. */
function symbolsIn(text: string): number {
  const solid = text.replace(/\s/g, '')
  const signs = solid.replace(/[\p{L}\p{N}\p{M}\p{Extended_Pictographic}]|\p{Cf}/gu, '')
  return solid.length >= 12 && signs.length / solid.length > 0.6 ? 1 : 0
}

const rows = ['qwertzuiop', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm', 'azertyuiop', 'qsdfghjklm', 'wxcvbn']
const rowRuns = new Set(rows.flatMap((row) => [...runsOf(row), ...runsOf([...row].reverse().join(''))]))

function runsOf(row: string): string[] {
  return Array.from({ length: row.length - 3 }, (_, at) => row.slice(at, at + 4))
}

/** Letter pairs that next to no word of a language in Latin letters has. */
const rarePairs = new Set(
  (
    'bq bx cx cg dx fq fx fv fz gq gx gv hx hq hz jb jc jd jf jg jh jk jl jm jn jp jq jr js jt jv jw jx jz kq kx kj ' +
    'lx mx mq mj mz pq pz pv px qb qc qd qf qg qh qj qk ql qm qn qo qp qr qs qt qv qw qx qy qz sx tq vb vc vf vg vh vj ' +
    'vk vm vp vq vt vw vx wq wv wx wj wz xb xd xg xj xk xm xn xr xv xw xz zx zj zq zf zr bj bk bz dq fj fh fk gj hj hk ' +
    'hv hg jy kv kg lq pj pw qq vn wg wp xl xq yq yj gk gf kf df dk'
  ).split(' '),
)

function isNoise(word: string): boolean {
  const plain = word
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z]/g, '')
  if (plain.length < 4 || (word === word.toUpperCase() && plain.length <= 5)) return false
  if (/(.)\1{3}/.test(plain) || /^(..?)\1{2,}/.test(plain)) return true
  const pairs = Array.from({ length: plain.length - 1 }, (_, at) => plain.slice(at, at + 2))
  const rare = pairs.filter((pair) => rarePairs.has(pair)).length
  const hasRun = Array.from({ length: plain.length - 3 }, (_, at) => plain.slice(at, at + 4)).some((run) =>
    rowRuns.has(run),
  )
  const vowels = plain.replace(/[^aeiouy]/g, '').length
  const longestRun = Math.max(0, ...(plain.match(/[^aeiouy]+/g) ?? []).map((run) => run.length))
  const signs = [
    rare >= 2 || (rare === 1 && plain.length <= 6),
    hasRun && !/(?:were|tree|free|asse|passe)/.test(plain),
    vowels === 0,
    longestRun >= 5 && !/(?:sch|tsch|ngth|chts|rzs|rst|cht|ngst)/.test(plain),
    vowels / plain.length < 0.16 && plain.length >= 6,
    rare >= 1 && longestRun >= 4,
  ]
  return signs.some(Boolean)
}
