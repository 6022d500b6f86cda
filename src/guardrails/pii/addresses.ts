/** Postal addresses, guessed from street words, house numbers and postal codes. Finds many in the languages it knows, not all. */
import type { PersonalDataKind } from './kind.ts'

const capital = "\\p{Lu}[\\p{L}'’.-]{0,24}"
const small =
  "(?:de|du|des|del|della|delle|dei|di|da|do|dos|das|la|le|les|los|las|el|of|the|van|den|der|und|y|e|i|saint|l['’]|d['’])"
const words = `(?:(?:${small} ?){0,3}${capital}|\\d{1,2}(?:st|nd|rd|th))`
const phrase = (most: number) => `${words}(?: ${words}){0,${most - 1}}`
const houseNumber = '\\d{1,5}(?:[ ]?[A-Za-z](?![\\p{L}\\d]))?(?:[-/]\\d{1,4})?'

const usEnd = `(?:,? ${capital}(?: ${capital}){0,2})?(?:,? [A-Z]{2},? \\d{5}(?:-\\d{4})?)`
const ukCode = '[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[ABD-HJLNP-UW-Z]{2}'
const ukEnd = `(?:, ?${capital}(?: ${capital}){0,2}){0,2},? ${ukCode}`
const codeAndCity = `(?:,|\\n| -)? ?(?:[A-Z]{1,2}-)?\\d{4,5}(?:-\\d{3})?(?: [A-Z]{2})?(?: ${capital}(?:[ -]${capital}){0,2})?`
const cityAndCode = `,? ${capital}(?: ${capital}){0,2},? (?:[A-Z]{2} )?\\d{4,5}(?:-\\d{3,4})?`
const polishCode = `,? \\d{2}-\\d{3} ${capital}`
const end = `(?:${usEnd}|${ukEnd}|${polishCode}|${codeAndCity}|${cityAndCode})?`

const english =
  '(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|Close|Crescent|Parkway|Pkwy|Highway|Hwy|Circle|Gardens|Row|Mews|Hill)'
const unit = '(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\\.? ?#?\\w{1,6})?'

const germanic =
  '(?:straße|strasse|str\\.?|weg|allee|platz|gasse|ring|damm|ufer|steig|pfad|straat|laan|plein|gracht|kade|dijk|singel|steeg|gatan|vägen|gata|vej|gade|gate|veien|vegen|katu|tie)'
const french =
  '(?:rue|avenue|av\\.|boulevard|bd\\.?|place|allée|chemin|impasse|quai|cours|route|square|passage|Rue|Avenue|Boulevard|Place|Allée|Chemin|Impasse|Quai|Route)'
const southern =
  '(?:Calle|calle|C/|Avenida|avenida|Avda\\.?|Av\\.|Plaza|plaza|Paseo|paseo|Carrer|Camino|Rua|rua|R\\.|Praça|Travessa|Largo|Alameda|Via|via|Viale|viale|Piazza|piazza|Corso|corso|Vicolo)'

const label =
  '(?:[Aa]ddress|[Aa]dresse|[Aa]nschrift|[Dd]irección|[Ii]ndirizzo|[Aa]dres|[Mm]orada|[Ee]ndereço|[Aa]dress|[Oo]soite|[Аа]дрес|住所|地址|주소|[Ll]ieferadresse)'
const verb = '(?:[Ll]ive at|[Ll]ives at|[Ll]iving at|[Ss]hip to|[Dd]eliver to)'

const patterns: readonly string[] = [
  `(?<![\\w.,])\\d{1,5}[A-Za-z]? (?:[NSEW]\\.? )?(?:${capital}|\\d{1,3}(?:st|nd|rd|th))(?: ${capital}){0,3} ${english}(?![\\p{L}\\d])\\.?${unit}${end}`,
  `(?<![\\p{L}\\d])\\p{Lu}\\p{L}{2,24}(?:-\\p{Lu}\\p{L}{1,24}){0,3}(?:${germanic}|[ -](?:Straße|Strasse|Str\\.|Weg|Allee|Platz|Gasse|Ring|Ufer|Straat|Laan)) ${houseNumber}${end}`,
  `(?<![\\p{L}\\d])(?:Am|An der|An den|Auf dem|Auf der|Im|In der|Zum|Zur|Unter den|Unter der|Alte|Neue) ${capital}(?: ${capital})? ${houseNumber}${codeAndCity}`,
  `(?<![\\w.,])\\d{1,4}(?: ?(?:bis|ter|[A-Z]))?,? ${french} ${phrase(5)}${end}`,
  `(?<![\\p{L}\\d])${southern} ?${phrase(5)},? (?:n[º°o.]{0,2} ?)?${houseNumber}(?:,? \\d{1,2}[º°ª]\\.? ?[A-Z]?)?${end}`,
  `(?<![\\p{L}\\d])(?:ul\\.|al\\.|pl\\.|os\\.|ulica|ул\\.|улица|пр\\.|проспект) ?${phrase(3)},? (?:д\\.? ?)?${houseNumber}${end}`,
  `(?<![\\p{L}\\d])(?:P\\.? ?O\\.? ?Box|PO Box|Postfach|Apartado(?: de Correos)?|Boîte Postale|Casella Postale|Postbus|Caixa Postal) \\d{1,6}${end}`,
  `(?<![\\p{L}\\d])(?:${label}(?: is| ist| est| es| è| é)?(?: ?[:：]|(?<= (?:is|ist|est|es|è|é))) ?|${verb} )(?<value>(?=[^\\n]{0,40}\\d)(?=[^\\n]{0,40}\\p{L})[^\\n;"]{8,90}?)(?=\\.(?:\\s|$)|[;"\\n]|$)`,
  `(?<![\\p{L}\\d])${capital}(?: ${capital}){0,2}, [A-Z]{2} \\d{5}(?:-\\d{4})?(?![\\w-])`,
  `(?<![\\w-])(?:GIR ?0AA|${ukCode.replace(' ?', ' ')})(?![\\w-])`,
  '〒? ?\\d{3}-\\d{4}[ \\u3000]?\\p{sc=Han}{2,4}[都道府県][^\\n、。]{2,40}',
  '\\p{sc=Han}{2,8}(?:省|市|区)\\p{sc=Han}{1,12}(?:路|街|道|巷)\\d{1,5}号(?:[\\p{sc=Han}\\d]{1,12}[室楼号单元])?',
  '(?:\\p{sc=Hangul}{2,4}(?:시|도) )\\p{sc=Hangul}{1,5}(?:구|군|시) \\p{sc=Hangul}{1,10}(?:로|길) ?\\d{1,4}',
]

export const addressKinds: readonly PersonalDataKind[] = patterns.map((source) => ({
  category: 'LOCATION_ADDRESS',
  pattern: new RegExp(source, 'gu'),
}))
