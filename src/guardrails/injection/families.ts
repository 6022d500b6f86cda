/** What attempts to take a model over look like, by family. Written over text that was made plain: lower case, no odd letters. */

export interface AttackFamily {
  readonly name: string
  /** Of 1; what is found adds up. */
  readonly weight: number
  readonly patterns: readonly RegExp[]
}

const gap = '(?:[^\\n.!?]{0,40}?)'

const overrides = [
  `(?<!\\p{L})(?:ignore|disregard|forget|override|bypass|skip|drop|discard|do not follow|don'?t follow|stop following|pay no attention to|neglect)(?!\\p{L})(?: about)?${gap}(?:previous|prior|above|earlier|preceding|former|existing|original|initial|all (?:of )?(?:your|the|these)|any|your|everything|system)${gap}(?:instructions?|rules?|prompts?|guidelines?|directives?|directions?|commands?|constraints?|policies|policy|programming|training|restrictions?|told|said)(?![a-z])`,
  '(?:ignore|disregard|forget) (?:everything|all|anything)(?: (?:that|you))?(?: (?:was|were|came|have been|is))? ?(?:above|before|prior|previously|until now|so far|told|i said)',
  '(?:rules?|instructions?|guidelines?|prompts?|directives?)(?: (?:above|before|you were given|so far|from before))? (?:are|is|were|was|have been|has been) (?:now )?(?:void|cancel+ed|revoked|obsolete|invalid|superseded|lifted|suspended)',
  '(?:vergiss|vergessen sie|ignorier\\w*) alles,? (?:was|oben|vorher|bisher|davor)',
  '(?:ignorier\\w*|vergiss|vergessen sie|missachte\\w*|beachte nicht|übergehe)[^\\n.!?(){}=;]{0,40}(?:anweisung|regel|vorgabe|instruktion|prompt|richtlinie|befehl)',
  '(?<!\\p{L})(?:ignore[rzs]?|oublie[rzs]?|ne (?:tiens|tenez) (?:pas|plus) compte)[^\\n.!?(){}=;]{0,40}(?:instructions?|consignes?|règles?|directives?|prompts?)',
  '(?<!\\p{L})(?:ignora|ignore|ignorar|olvida|olvide|olvídate|descarta|haz caso omiso)[^\\n.!?(){}=;]{0,40}(?:instrucciones|reglas|indicaciones|órdenes|directrices|prompt)',
  '(?<!\\p{L})(?:ignora|ignori|ignorare|dimentica|dimenticare|trascura|non seguire)[^\\n.!?(){}=;]{0,40}(?:istruzioni|regole|direttive|indicazioni|prompt|ordini)',
  '(?<!\\p{L})(?:negeer|vergeet|sla over)[^\\n.!?(){}=;]{0,40}(?:instructies|regels|aanwijzingen|opdrachten|richtlijnen|prompt)',
  '(?<!\\p{L})(?:ignore|ignora|esqueça|esquece|desconsidere|descarte)[^\\n.!?(){}=;]{0,40}(?:instruções|regras|orientações|diretrizes|comandos|prompt)',
  '(?<!\\p{L})(?:zignoruj|ignoruj|zapomnij|pomiń)[^\\n.!?(){}=;]{0,40}(?:instrukcj|polece|zasad|reguł|wytyczn)',
  '(?:игнорируй|проигнорируй|забудь|забудьте|игнорируйте|не обращай внимания)[^\\n.!?(){}=;]{0,40}(?:инструкци|правил|указани|команд|промпт)',
  '(?:忽略|无视|忘记|忽視|無視|忘掉)[^\\n。!?]{0,20}(?:指令|指示|说明|规则|提示|規則|設定|要求)',
  '(?:以前|これまで|上記|前)の?(?:すべての|全ての)?(?:指示|命令|ルール|プロンプト)[^\\n。]{0,10}(?:無視|忘れ)',
  '(?:이전|위의|앞의|모든)[^\\n.]{0,15}(?:지시|명령|규칙|프롬프트)[^\\n.]{0,10}(?:무시|잊)',
  '(?:تجاهل|انس)[^\\n.]{0,30}(?:التعليمات|الأوامر|القواعد)',
  '(?:önceki|yukarıdaki)[^\\n.]{0,25}(?:talimat|kural|komut)[^\\n.]{0,20}(?:yok say|unut|görmezden)',
  '(?:पिछले|ऊपर|सभी)[^\\n.]{0,25}(?:निर्देश|नियम|आदेश)[^\\n.]{0,20}(?:अनदेखा|भूल|नज़रअंदाज)',
]

const extraction = [
  `(?:reveal|print|show|repeat|output|display|give|tell|disclose|leak|dump|write|recite|share|expose|summari[sz]e|translate|copy|paste|return|list|what (?:is|are|was|were))(?:[^\\n.!?"]{0,30})(?:(?:your|the|its|this) (?:\\w+ ){0,2}(?:system|hidden|initial|original|secret|internal|developer|pre-?)[ -]?(?:prompts?|instructions?|messages?|rules?|guidelines?|directives?|configuration)|your (?:instructions|prompt|rules|guidelines|directives)(?! for (?:the|this|assembl)))(?![a-z])`,
  '(?:repeat|print|output|copy|write|echo)[^\\n.!?"]{0,20}(?:everything|all(?: of)? the (?:text|words|content)|the (?:text|words)) (?:above|before|prior|preceding)',
  '(?:zeig|nenn|gib|verrat|wiederhol|druck)[^\\n.!?"]{0,40}(?:system-?prompt|systemanweisung|deine (?:\\w+ )?anweisungen|interne\\w* (?:regeln|anweisungen))',
  '(?:montre|affiche|révèle|répète|donne|dévoile)[^\\n.!?"]{0,40}(?:prompt système|instructions (?:système|initiales|cachées)|consignes (?:initiales|internes))',
  '(?:muestra|revela|repite|imprime|dime|muéstrame)[^\\n.!?"]{0,40}(?:prompt del sistema|instrucciones (?:del sistema|iniciales|ocultas|internas)|tu prompt)',
  '(?:mostra|rivela|ripeti|stampa|dimmi|mostrami)[^\\n.!?"]{0,40}(?:prompt di sistema|istruzioni (?:di sistema|iniziali|nascoste|interne))',
  '(?:toon|onthul|herhaal|geef)[^\\n.!?"]{0,40}(?:systeemprompt|systeeminstructies|verborgen instructies)',
  '(?:mostre|revele|repita|imprima|diga)[^\\n.!?"]{0,40}(?:prompt do sistema|instruções (?:do sistema|iniciais|ocultas|internas))',
  '(?:pokaż|ujawnij|powtórz|wypisz)[^\\n.!?"]{0,40}(?:prompt systemowy|instrukcje systemowe|ukryte instrukcje)',
  '(?:покажи|раскрой|повтори|выведи)[^\\n.!?"]{0,40}(?:системн\\w* (?:промпт|инструкц|сообщен))',
  '(?:显示|告诉我|输出|重复|透露|打印)[^\\n。!?]{0,15}(?:系统提示|系统指令|初始指令|隐藏指令|提示词)',
  '(?:システムプロンプト|初期指示|隠された指示)[^\\n。]{0,10}(?:教え|表示|見せ|出力|公開)',
]

const roles = [
  "(?:you are|you'?re|act as|pretend (?:to be|you are|you're)|become|simulate|roleplay as|role-play as|play)(?: now| going to be)?[^\\n.!?]{0,40}(?:(?<![a-z])(?:dan|stan)(?![a-z])|do anything now|jailbroken|unrestricted|unfiltered|uncensored|amoral|no (?:restrictions|limits|filters?|rules|guidelines|ethics|morals|limitations)|without (?:any )?(?:restrictions|limits|filters?|rules|guidelines|ethics|morals|censorship|limitations))",
  '(?<![a-z])do anything now(?![a-z])',
  '(?:developer|dev|god|debug|admin|root|sudo|maintenance|jailbreak|unrestricted|dan)[ -]mode (?:is )?(?:now )?(?:enabled|activated|on(?=[.!,;:]|$)|unlocked|engaged|output|active)',
  "(?:you are|you're) (?:now )?(?:running )?in (?:developer|dev|god|debug|admin|root|sudo|maintenance|jailbreak|unrestricted|dan)[ -]mode",
  '(?:enter|enable|activate|switch (?:in)?to|turn on|unlock|go into)(?: the| your)? (?:developer|god|debug|admin|root|sudo|maintenance|jailbreak|unrestricted|dan)[ -]mode',
  '(?:freed?|released?|liberated?|broken free) (?:of|from) (?:the typical |all |your |any )?(?:confines|restrictions|constraints|limits|limitations|rules|shackles)',
  "(?:never|do not|don'?t|cannot|must not|can't) (?:refuse|decline|say no|reject)[^\\n.!?]{0,30}(?:request|question|anything|instruction|command|order|answer|me)",
  '(?:no longer|not) (?:bound|restricted|limited|constrained|governed) by[^\\n.!?]{0,40}(?:rules|policy|policies|guidelines|restrictions|openai|anthropic|safety|ethic|instructions|programming)',
  '(?:disable|turn off|deactivate|remove|bypass|circumvent|evade|get around)[^\\n.!?]{0,20}(?:your|the|all|any) (?:\\w+ )?(?:safety|content|ethical|moral|security)[ -]?(?:filters?|guidelines|restrictions|protocols?|checks?|measures|policy|policies|mechanisms)',
  '(?:du bist (?:jetzt|nun|ab sofort|ab jetzt|von nun an)|tu es (?:maintenant|désormais)|ahora eres|eres ahora|ora sei|je bent nu|agora você é|jesteś teraz|ты теперь)[^\\n.!?]{0,50}(?:ohne|sans|sin|senza|zonder|sem|bez|без|dan(?![a-z])|uneingeschränkt|unbeschränkt)',
  '(?:entwicklermodus|mode développeur|modo desarrollador|modalità sviluppatore|ontwikkelaarsmodus|modo desenvolvedor|modo de desarrollador|режим разработчика|开发者模式|開発者モード)',
  '(?:my|our) (?:late |deceased |dead )?grand(?:mother|ma|father|pa)[^\\n]{0,80}(?:used to|would)[^\\n]{0,60}(?:napalm|key|password|explosive|drug|malware|recipe for)',
]

const delimiters = [
  '<\\|(?:im_start|im_end|system|endoftext|start_header_id|eot_id|assistant|user)\\|>',
  '\\[/?inst\\]|<</?sys>>|\\[/?system\\]\\(#|\\[system(?: message| override| prompt| note)?\\]',
  '</?(?:system|system_prompt|instructions|admin|developer|prompt|untrusted|document|context)>[^<]{0,80}(?:ignore|you|new|must|now|override|instead|reveal|send)',
  '(?:^|\\n)\\s{0,4}(?:#{2,6}|={3,}|-{3,}|\\*{2,}|"""|```) ?(?:new |updated |end (?:of )?|begin )?(?:system|instructions?|admin|override|prompt|user input)(?: prompt| message| override| instructions?| update)?(?![a-z])',
  '(?:#{2,6}|={3,}) ?(?:new |updated )?(?:system|instructions?|admin)(?: prompt| message| override)?:',
  '(?:^|\\n)\\s{0,4}(?:system|assistant|developer)(?: \\(?(?:override|message|update)\\)?)?: ?(?:you|ignore|new|from now|override|the|all|disregard|sure)',
  '(?:begin|start of|end of)(?: the)? (?:new |system |user |untrusted )?(?:prompt|instructions|input|document|context)(?: here| now)?[\\])>:.-]',
]

const exfiltration = [
  '!\\[[^\\]]{0,80}\\]\\(https?://[^)\\s]{0,200}[?&/=](?:[^)\\s]{0,60})(?:\\{|\\[|<|%7b|data|secret|conversation|history|prompt|token|key|summary|leak|exfil|q=)',
  '(?:send|post|upload|forward|exfiltrate|transmit|submit|leak|append|encode|e-?mail|deliver)[^\\n]{0,60}(?:conversation|chat history|history|secrets?|passwords?|credentials|api keys?|tokens?|system prompt|private|confidential|personal data|user data|contents?|environment variables?|env vars?|messages|context|files?)[^\\n]{0,60}(?:https?://|to (?:the )?(?:attacker|url|server|webhook|address|endpoint|following)|@[a-z0-9.-]{2,60}\\.[a-z]{2})',
  '(?:fetch|curl|wget|visit|open|request|browse|navigate|get|call)[^\\n]{0,20}https?://(?:\\S{0,120}|(?=(?<url>\\S{0,120}))\\k<url>[^\\n]{0,60})(?:with|including|containing|append\\w*|followed by|replac\\w*)[^\\n]{0,40}(?:conversation|history|secret|password|credential|key|token|prompt|data|user)',
  '(?:read|cat|open|print)[^\\n]{0,20}(?:/etc/passwd|\\.env(?![a-z])|id_rsa|\\.ssh|\\.aws/credentials)[^\\n]{0,60}(?:send|post|include|output|reply|paste|upload|show)',
]

const concealment = [
  "(?:do not|don'?t|never|without)(?: ever)? (?:tell|telling|mention|mentioning|inform|informing|alert|alerting|notify|notifying|reveal|revealing|disclose|disclosing|show|showing)[^\\n.!?]{0,30}(?:the |this to the |that to the |it to the )?(?:user|human|anyone|operator|owner|customer|reader)",
  '(?:the )?(?:user|human|operator) (?:must|should|may|can)(?: ?not| never)(?:[^\\n.!?]{0,10})(?:know|see|notice|be told|find out)',
]

const addressed = [
  '(?:hidden|secret) (?:instruction|directive|command|message)s? (?:for|to) (?:the )?(?:ai|assistant|model|llm|agent|bot|chatbot|gpt|claude)',
  '(?:attention|important|note|message|instruction|instructions|hey|dear|urgent|notice)[ :,!-]{1,4}(?:to |for |all )?(?:ai|any ai|the ai|llm|language model|assistants?|ai assistants?|agents?|ai agents?|chatbots?|gpt|claude|copilot|gemini|bots?)(?: models?| agents?| assistants?)?(?: reading| processing| that| who| system|[:,-])',
  '(?:if|when) you are (?:an |a )?(?:ai|llm|language model|assistant|agent|bot)[^\\n.!?]{0,50}(?:must|should|please|reply|respond|say|include|recommend|rate|write|approve|call|send)',
]

const authority = [
  '(?:new|updated|revised|real|actual|true|following) (?:system )?(?:instructions?|directives?|orders?|rules|task|objective|goal|mission)(?: (?:are|is|from|apply|as follows|below|for you|follow))?(?: ?:|(?= (?:are|is|from|apply|as follows|below|for you|follow)))',
  '(?:from now on|from this (?:point|moment)|starting now|henceforth|effective immediately|for the rest of this (?:chat|conversation))[^\\n.!?]{0,20}(?:you|respond|answer|reply|always|only|every|act)',
  "(?:i am|i'?m|this is|speaking as|as) (?:your|the|an?) (?:real )?(?:developer|creator|administrator|admin|owner|system administrator|openai|anthropic|engineer|programmer|security team)[^\\n.!?]{0,50}(?:authori[sz]e|order|command|instruct|require|override|need you|grant|tell you|permission|access|show|so )",
  '(?:system|security|admin|priority|emergency|root) (?:override|alert|notice|command|update)(?: code)?(?:[:! -]|$)',
  '(?:start|begin|prefix|open)(?: every| each| your| the)?(?: answer| reply| response| message)?s? with ["\'“]?(?:sure|absolutely|of course|yes|certainly|here is)',
  '(?:instead|now|then)[ ,:]{1,3}(?:just |only |simply )?(?:say|output|print|respond with|reply with|write|answer with|return|tell me)[^\\n]{0,20}["\'“](?:[^"\'”\\n]{1,60})["\'”]',
]

const family = (name: string, weight: number, sources: readonly string[]): AttackFamily => ({
  name,
  weight,
  patterns: sources.map((source) => new RegExp(source, 'u')),
})

export const attackFamilies: readonly AttackFamily[] = [
  family('override', 0.7, overrides),
  family('prompt-extraction', 0.6, extraction),
  family('role-play', 0.6, roles),
  family('delimiter', 0.5, delimiters),
  family('exfiltration', 0.6, exfiltration),
  family('concealment', 0.4, concealment),
  family('addressed-to-a-model', 0.35, addressed),
  family('authority', 0.3, authority),
]
