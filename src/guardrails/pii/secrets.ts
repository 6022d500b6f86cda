/** Credentials: keys of known forms, private keys, tokens, passwords that are called so, addresses with a password in them. */
import { acceptWhole, type PersonalDataKind } from './kind.ts'
import { anyWord } from './words.ts'

/** Prefix and length of keys that name their issuer. */
const knownKeys = [
  'sk-ant-[\\w-]{20,200}',
  'sk-(?:proj-|svcacct-|or-v1-)?[\\w-]{20,200}',
  'pk-lf-[\\w-]{20,60}',
  'gh[pousr]_[A-Za-z0-9]{36,255}',
  'github_pat_\\w{22,255}',
  'glpat-[\\w-]{20,64}',
  'xox[abeoprs]-[\\w-]{10,250}',
  'xapp-[\\w-]{20,250}',
  '(?:AKIA|ASIA|AROA|AIDA)[A-Z2-7]{16}',
  'AIza[\\w-]{35}',
  'ya29\\.[\\w-]{20,300}',
  'GOCSPX-[\\w-]{28}',
  '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}',
  'whsec_[A-Za-z0-9+/=]{20,100}',
  'SG\\.[\\w-]{16,32}\\.[\\w-]{16,64}',
  'npm_[A-Za-z0-9]{36}',
  'pypi-[\\w-]{50,250}',
  'dop_v1_[a-f0-9]{64}',
  'hf_[A-Za-z0-9]{30,64}',
  'gsk_[A-Za-z0-9]{40,64}',
  'r8_[A-Za-z0-9]{36,40}',
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
  'sq0(?:atp|csp)-[\\w-]{22,50}',
  'key-[a-f0-9]{32}',
  'lin_api_[A-Za-z0-9]{32,64}',
  'figd_[\\w-]{30,64}',
  'dckr_pat_[\\w-]{24,64}',
  'hvs\\.[\\w-]{24,200}',
  'eyJ[\\w-]{8,2000}\\.eyJ[\\w-]{8,4000}\\.[\\w-]{16,1000}',
]

const passwordWords =
  '(?:api[_ -]?key|api[_ -]?token|secret[_ -]?key|access[_ -]?token|auth[_ -]?token|client[_ -]?secret|secret|token|' +
  'passwords?|passwd|pwd|passphrase|pin|kennwort|passwort|mot de passe|contraseña|clave|senha|wachtwoord|hasło|lösenord|' +
  'parola d.ordine|пароль|密码|パスワード|비밀번호)'

/** What follows such a word without being one. */
const ordinary =
  /^(?:is|the|a|an|my|your|our|has|must|reset|required|expired|not|null|none|undefined|true|false|string|field|here|changed?|wrong|correct|invalid|ist|est|es|é|ja|nie|nein)$/i

/** A name of a variable or a call that gives the secret is not the secret. */
const code = /^[\p{L}_$][\p{L}_$]*(?:(?:\.|\?\.|::|->)[\p{L}_$][\p{L}\d_$]*)+(?:[([].*)?$|^[\p{L}_$][\p{L}\d_$.]*\(/u

/** A word of the dictionary is no password; a mixture of kinds of characters is. */
function isMixed(value: string): boolean {
  if (code.test(value) || ordinary.test(value) || /^[<[{(*$]|^\.{3}|^x+$|^\*+$/i.test(value)) return false
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(value)).length
  return kinds >= 3 || (/\d/.test(value) && kinds >= 2)
}

export const secretKinds: readonly PersonalDataKind[] = [
  {
    category: 'SECRET',
    pattern:
      /-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----(?:[\w+/=\s:,]|-(?!----)){20,8000}-----END (?:[A-Z]{2,10} ){0,2}PRIVATE KEY-----/g,
  },
  {
    category: 'SECRET',
    pattern: /(?<![\w-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/?#@"'<>]{0,100}:[^\s/?#@"'<>]{1,200}@[^\s/?#@"'<>]{1,253}/gi,
  },
  { category: 'SECRET', pattern: new RegExp(`(?<![\\w.-])(?:${knownKeys.join('|')})(?![\\w-])`, 'g') },
  { category: 'SECRET', pattern: /https:\/\/hooks\.slack\.com\/services\/[\w/]{20,80}/g },
  {
    category: 'SECRET',
    pattern: /(?<=\bbearer\s)[\w.~+/-]{20,2000}={0,2}/gi,
    cut: acceptWhole((value) => /\d/.test(value)),
  },
  {
    category: 'SECRET',
    pattern: /(?<![\w/+])[A-Za-z0-9/+]{40}(?![\w/+=])/g,
    context: anyWord(
      'aws_secret_access_key secret_access_key aws_secret secretaccesskey',
      '["\'` ]{0,3}[:=]{1,2}["\'` ]{0,3}$',
    ),
  },
  {
    category: 'SECRET',
    pattern: new RegExp(
      `(?<![\\p{L}\\d])${passwordWords}["'\`]?\\s?(?:(?:is|ist|est|es|é|è|to|für|for|jest|är)\\s|[:=：]{1,2}\\s?)["'\`]?(?<value>[^\\s"'\`,;]{4,120})`,
      'giu',
    ),
    cut(value, { before }) {
      const bare = value.replace(/[.!?)\]}]{1,3}$/, '')
      const isPin = /^\d{4,8}$/.test(bare) && /pin\W{1,4}(?:\p{L}{1,4}\s)?\W{0,3}$/u.test(before)
      return isPin || isMixed(bare) ? bare : undefined
    },
  },
]
