/** People's names, guessed from the words around them: titles, introductions, salutations, labels. Finds some, and is sometimes wrong. */
import type { PersonalDataKind } from './kind.ts'

const part = "(?:\\p{Lu}(?:\\p{L}|['’](?=\\p{L})){1,24}(?:-\\p{Lu}\\p{L}{1,24})?|\\p{Lu}\\.)"
const particle = '(?:von|van|de|der|den|del|della|di|da|dos|das|do|la|le|el|bin|al|zu|ten|ter|y|e|af)'
const next = `(?: (?:${particle} ){0,2}${part})`
const name = `(?<value>${part}${next}{0,3})`
const fullName = `(?<value>${part}${next}{1,3})`

const titles =
  '(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Herr|Herrn|Frau|Hr|Fr|Dr\\. med|M|Mme|Mlle|Monsieur|Madame|Mademoiselle|' +
  'Señor|Señora|Señorita|Sr|Sra|Srta|Don|Doña|Signor|Signora|Sig|Dott|Dottor|Dottoressa|Avv|Ing|Dhr|De heer|Mevr|Mw|Meneer|' +
  'Mevrouw|Senhor|Senhora|Pan|Pani|Fru|Sig\\.ra|Dra|monsieur|madame|mademoiselle|señor|señora|señorita|don|doña|signor|' +
  'signora|dottor|dottoressa|meneer|mevrouw|mijnheer|senhor|senhora|professor|professeur|profesor|profesora|doctor|doctora|docteur)'

const introductions =
  "(?:my name is|my name's|i am called|call me|name is|ich heiße|ich heisse|mein name ist|man nennt mich|je m['’]appelle|mon nom est|je me nomme|" +
  'me llamo|mi nombre es|mi chiamo|il mio nome è|ik heet|mijn naam is|meu nome é|me chamo|chamo-me|nazywam się|mam na imię|' +
  'jag heter|mitt namn är|jeg heter|jeg hedder|mit navn er|nimeni on|menoe zovut|меня зовут|мене звати|adım)'

const labels =
  '(?:(?:full |first |last |given |family |middle |customer |client |patient |contact |account ?holder |cardholder |employee |applicant )?name|surname|' +
  'customer|client|patient|patientin|kunde|kundin|kundenname|vorname|nachname|familienname|nom(?: de famille)?|prénom|client|nombre(?: completo)?|apellidos?|' +
  'nome(?: completo)?|cognome|sobrenome|apelido|naam|voornaam|achternaam|klant|paziente|paciente|imię(?: i nazwisko)?|nazwisko|namn|förnamn|efternamn|navn|nimi|' +
  'attn|attention|signed|unterzeichnet|signé|firmado|firmato|имя|фамилия|фио)'

const salutations =
  '(?:dear|hi|hello|hey|liebe|lieber|hallo|guten tag|cher|chère|bonjour|salut|hola|estimado|estimada|querido|querida|gentile|caro|cara|ciao|' +
  'beste|geachte|olá|prezado|prezada|drogi|droga|hej|kära|käre|moi|hei|уважаемый|уважаемая|привет)'

const regards =
  '(?:best regards|kind regards|warm regards|regards|sincerely|yours sincerely|yours truly|cheers|best wishes|thanks|many thanks|' +
  'mit freundlichen grüßen|viele grüße|liebe grüße|beste grüße|mfg|cordialement|bien à vous|bien cordialement|saludos|un saludo|atentamente|' +
  'cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|groetjes|atenciosamente|cumprimentos|pozdrawiam|med vänliga hälsningar|vänliga hälsningar)'

/** Begin with a capital and stand where names stand. */
const nobody =
  /^(?:Sir|Madam|Sirs|Team|All|Everyone|Everybody|Customer|Customers|Support|World|There|User|Users|Friends?|Colleagues?|Hiring|Manager|Recruiter|Community|Reader|Readers|Valued|Members?|Partner|Kunde|Kunden|Kundin|Damen|Herren|Kolleg\p{L}*|Equipe|Équipe|Equipo|Cliente|Clientes|Client|Clients|Monsieur|Madame|Señor\p{L}*|Team\p{L}*|Welt|Mundo|Monde|Mondo|Inc|Ltd|GmbH|President|Minister|The|This|That|It|We|You|I|If|Please|Thank\p{L}*|Can|Could|What|How|Unknown|Null|None|Anonymous|Test|Required|String|Siri|Alexa|Google|Claude|Assistant|God|Mom|Dad|Santa|Not|Here|Yes|No|Value|Field|Default|Name|Type)(?![\p{L}])/u

function cutName(value: string): string | undefined {
  return nobody.test(value) ? undefined : value
}

/** The words before a name are meant in any case, the name itself is not: so each is written out both ways. */
function anyCase(source: string): string {
  return source.replace(
    /(?<![\\?(])(?<!\(\?)\p{Ll}(?=[\p{L} '’|)?-]|$)/gu,
    (letter) => `[${letter}${letter.toUpperCase()}]`,
  )
}

const kinds: readonly string[] = [
  `(?<![\\p{L}\\d.])${titles}\\.? (?:(?:Dr|Prof|Dott|Ing)\\.? )?${name}`,
  `(?<!\\p{L})${anyCase(introductions)}:? ${name}`,
  `(?<!\\p{L})(?:I am|I'm|I’m|[Tt]his is|[Ii]ch bin|[Jj]e suis|[Ss]oy|[Ss]ono|[Ii]k ben|[Ee]u sou|[Ss]ou|[Jj]estem|[Jj]ag är|[Jj]eg er) ${fullName}(?= (?:and|und|et|y|e|en|from|aus|de|di|van|calling|writing)|[,.!])`,
  `(?<!\\p{L})${anyCase(labels)} ?[:：=] ?["']?${name}`,
  `(?<!\\p{L})${anyCase(salutations)} ${name}(?=[ ]?[,!.:;\\n-]|$)`,
  `(?<!\\p{L})${anyCase(regards)}[,.!]?\\s{1,3}${name}(?=\\s*(?:\\n|$))`,
]

export const nameKinds: readonly PersonalDataKind[] = [
  ...kinds.map((source): PersonalDataKind => ({ category: 'NAME', pattern: new RegExp(source, 'gu'), cut: cutName })),
  {
    category: 'NAME',
    pattern:
      /(?:我叫|我的名字是|我是(?=\p{sc=Han}{2,3}[,，。])|姓名[:：]|名前は|氏名[:：]|私は(?=\p{sc=Han}{2,5}です)|(?:제 )?이름은 ?|성명[:：] ?)(?<value>\p{sc=Han}{2,4}|\p{sc=Hangul}{2,4}(?=[입이,.]|$))/gu,
  },
  { category: 'NAME', pattern: /(?<!\p{sc=Han})(?<value>\p{sc=Han}{2,4})(?=様|さん|先生|女士)/gu },
]
