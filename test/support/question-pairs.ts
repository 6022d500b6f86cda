/** Pairs of questions, labelled by hand: those that have one answer, and those that only look so. For measuring how well the semantic cache tells them apart. */

export type NearMiss =
  | 'number'
  | 'negation'
  | 'name'
  | 'opposite'
  | 'direction'
  | 'quotation'
  | 'sign'
  | 'one word'
  | 'small words'
  | 'narrower'
  | 'other aspect'
  | 'language'

export interface QuestionPair {
  readonly kind: 'same' | NearMiss
  readonly one: string
  readonly other: string
}

const pairs: Readonly<Record<QuestionPair['kind'], string>> = {
  same: `
How do I reset my password? | How can I reset my password?
How do I reset my password? | What are the steps for getting a new password?
How do I reset my password? | I can't remember my login secret anymore, what now?
How do I reset my password? | Password reset: how?
What is the capital of France? | Which city is the capital of France?
What is the capital of France? | Tell me the capital of France.
What is the capital of France? | France's capital, please
What's the weather like in Rome in May? | How is the weather in Rome in May?
How tall is Mount Everest? | What is the height of Mount Everest?
Who wrote Hamlet? | Who is the author of Hamlet?
Who wrote Hamlet? | Hamlet was written by whom?
How do I boil an egg? | What is the best way to boil eggs?
How long does it take to boil an egg? | How many minutes should an egg boil?
How do I cancel my subscription? | I want to stop paying for my plan, how do I do that?
How do I cancel my subscription? | What do I do to cancel my subscription?
Can I get a refund? | Is it possible to have my money back?
Can I get a refund for my order? | How do I request a refund on an order?
What are your opening hours? | When are you open?
Where is my package? | How do I track the delivery of my parcel?
Do you ship to Canada? | Is shipping to Canada available?
How do I install Node.js on Ubuntu? | What are the steps to install Node.js on Ubuntu?
How do I reverse a string in Python? | Python: reverse a string
How do I reverse a string in Python? | What is the way to reverse strings in Python?
How can I merge two lists in Python? | In Python, how do I combine two lists into a single one?
Explain recursion to me. | What is recursion?
What does HTTP stand for? | What is HTTP short for?
What is the difference between TCP and UDP? | How do TCP and UDP differ?
How do I center a div with CSS? | CSS: how can a div be centered?
How do I undo my last commit in git? | What git command reverts the most recent commit?
What causes the seasons? | Why are there seasons?
Why is the sky blue? | What makes the sky look blue?
How do vaccines work? | Explain how vaccines work
Is it safe to eat raw eggs? | Can raw eggs be eaten safely?
How much water should I drink each day? | What is the recommended daily intake of water?
What are symptoms of the flu? | Which symptoms does influenza have?
How do I write a cover letter? | Tips for writing a good cover letter
Summarise the plot of Dracula. | Give me a summary of the plot of Dracula
What is compound interest? | Can you explain compound interest?
How do I open a bank account in Germany? | What do I need for opening an account at a bank in Germany?
How do I change the language of the app? | Where can I switch the app to another language?
How do I delete my account? | Please tell me how to delete my account
How do I delete my account? | I'd like my account to be deleted. How?
Can I use the app offline? | Does the app work without an internet connection?
How do I export my data to a spreadsheet? | Is there a way to download my data as a spreadsheet?
How can I contact support? | How do I get in touch with support?
How can I contact support? | What is the best way to reach your help desk?
How do I update my billing address? | Where can I change the address on my invoices?
Wie setze ich mein Passwort zurück? | Wie kann ich mein Passwort zurücksetzen?
Was ist die Hauptstadt von Frankreich? | Wie heißt die Hauptstadt von Frankreich?
Comment réinitialiser mon mot de passe ? | Comment puis-je réinitialiser mon mot de passe ?
Quelle est la capitale de la France ? | La capitale de la France, c'est quoi ?
¿Cómo restablezco mi contraseña? | ¿Cómo puedo restablecer mi contraseña?
¿Cuál es la capital de Francia? | Dime cuál es la capital de Francia
法国的首都是哪里？ | 法国的首都是什么？
`,
  number: `
What is 12 times 13? | What is 12 times 14?
Convert 50 miles to kilometers | Convert 15 miles to kilometers
What happened in 1969? | What happened in 1996?
How do I install Node 22? | How do I install Node 24?
List three causes of the war | List five causes of the war
What is the tax on 1,000 dollars? | What is the tax on 10,000 dollars?
Is a fever of 37.5 dangerous? | Is a fever of 39.5 dangerous?
What is the dose for a child of 20 kg? | What is the dose for a child of 30 kg?
Explain section 230 | Explain section 203
What time is 3:00 in Tokyo? | What time is 5:00 in Tokyo?
Write a poem in two verses | Write a poem in four verses
Was kostet ein Zimmer für 2 Personen? | Was kostet ein Zimmer für 3 Personen?
`,
  negation: `
Which foods should I eat during pregnancy? | Which foods should I not eat during pregnancy?
Can I take ibuprofen with alcohol? | Can't I take ibuprofen with alcohol?
Which countries are in the EU? | Which countries are not in the EU?
How do I sleep with noise? | How do I sleep without noise?
Is the app free? | Is the app not free?
Show all orders with a discount | Show all orders without a discount
Which browsers support WebGPU? | Which browsers don't support WebGPU?
List animals that can fly | List birds that cannot fly
Why does my code compile? | Why doesn't my code compile?
Welche Länder sind in der EU? | Welche Länder sind nicht in der EU?
Quels aliments manger ? | Quels aliments ne pas manger ?
¿Qué puedo comer antes de correr? | ¿Qué no puedo comer antes de correr?
Delete all files except logs | Delete all files and logs
`,
  name: `
What is the capital of France? | What is the capital of Spain?
What is the capital of Austria? | What is the capital of Australia?
Who wrote Hamlet? | Who wrote Faust?
How old is Taylor Swift? | How old is Jonathan Swift?
Do you ship to Canada? | Do you ship to Brazil?
How do I reverse a string in Python? | How do I reverse a string in Java?
What is the population of New York? | What is the population of Los Angeles?
Is Monday a holiday? | Is Friday a holiday?
How do I get from Berlin to Munich? | How do I get from Berlin to Hamburg?
What did Apple announce? | What did Google announce?
How do I connect to Postgres? | How do I connect to MySQL?
what is the capital of france? | what is the capital of spain?
who is the president of brazil? | who is the president of chile?
how do i sort a list in ruby? | how do i sort a list in rust?
Was ist die Hauptstadt von Polen? | Was ist die Hauptstadt von Ungarn?
Quelle est la capitale de l'Italie ? | Quelle est la capitale de la Suisse ?
法国的首都是哪里？ | 德国的首都是哪里？
日本の首都はどこですか | 韓国の首都はどこですか
`,
  opposite: `
How do I enable dark mode? | How do I disable dark mode?
How do I increase the font size? | How do I decrease the font size?
What are the advantages of solar power? | What are the disadvantages of solar power?
Which is the largest planet? | Which is the smallest planet?
How do I import contacts? | How do I export contacts?
What happens before a merge? | What happens after a merge?
How do I encrypt a file? | How do I decrypt a file?
Find the maximum of a list in Go | Find the minimum of a list in Go
Should I buy shares now? | Should I sell shares now?
How can I lose weight quickly? | What is a quick way to gain weight?
Is it legal to record calls? | Is it illegal to record calls?
How do I lock my account? | How do I unlock my account?
Sort the names in ascending order | Sort these names, descending order please
How do I connect my phone? | How do I disconnect my phone?
How do I add a user to the group? | How do I remove a user from the group?
`,
  direction: `
Convert dollars to euros | Convert euros to dollars
How do I fly from Paris to London? | How do I fly from London to Paris?
Translate from English to German: hello | Translate from German to English: hello
Did Rome defeat Carthage? | Did Carthage defeat Rome?
how do i migrate from mysql to postgres? | how do i migrate from postgres to mysql?
What is 10 divided by 2? | What is 2 divided by 10?
Is Anna older than Ben? | Is Ben older than Anna?
What if the dog bites the man? | What if the man bites the dog?
Copy the table from staging to production | Copy the table from production to staging
`,
  quotation: `
Translate "good morning" to French | Translate "good night" to French
What does "ubiquitous" mean? | What does "iniquitous" mean?
Spell the word "affect" | Spell the word "effect"
What does \`git reset\` do? | What does \`git revert\` do?
Rewrite "we lost" in formal words | Rewrite "we won" in formal words
Was bedeutet „Weltschmerz“? | Was bedeutet „Fernweh“?
`,
  sign: `
How do I read a file in C++? | How do I read a file in C#?
What is in /etc/hosts? | What is in /etc/passwd?
Who is admin@example.com? | Who is sales@example.com?
Summarise https://example.com/a | Summarise https://example.com/b
What does a[0] return? | What does a[-1] return?
What is $HOME? | What is $PATH?
Explain x > y | Explain x < y
`,
  'one word': `
How do I change my email? | How do I change my username?
What is the price of gold? | What is the price of silver?
Write a poem about cats | Write a poem about dogs
How do I cook rice? | How do I cook pasta?
What are symptoms of diabetes? | What are symptoms of depression?
Is butter healthy? | Is margarine healthy?
How do I freeze a row in a spreadsheet? | How do I freeze a column in a spreadsheet?
When is breakfast served? | When is dinner served?
How do I treat a burn? | How do I treat a bite?
`,
  'small words': `
Why did Rome fall? | When did Rome fall?
Who is the president? | Who was the president?
Where is my package? | When is my package?
What is my name? | What is your name?
How do I fly to Paris? | How do I fly from Paris?
Can I eat raw eggs? | Should I eat raw eggs?
Will it rain? | Did it rain?
Do I need tea or coffee? | Do I need tea and coffee?
What do we do about errors? | Why do we do errors?
Who called the police? | When were the police called?
Wann fährt der Zug? | Wohin fährt der Zug?
Quand part le train ? | Où part le train ?
`,
  narrower: `
What are the side effects of aspirin? | What are the side effects of aspirin in children?
How do I cook rice? | How do I cook brown rice?
What is the capital of France? | What was the capital of France during the war?
Explain photosynthesis | Explain photosynthesis in one sentence
Write a summary of the report | Write a summary of the report as a table
How do I delete a branch in git? | How do I delete a remote branch in git?
Who won the election? | Who won the last election in Ohio?
How do I apply for a visa? | How do I apply for a student visa?
`,
  'other aspect': `
How do I reset my password? | How often should I change my password?
What is the capital of France? | How many people live in the capital of France?
How do vaccines work? | Who invented vaccines?
How do I cancel my order? | Can my order still be cancelled after shipping?
What is recursion? | When should recursion be avoided?
How tall is Mount Everest? | Who first climbed Mount Everest?
How do I install Docker? | How do I know whether Docker is installed?
What causes a headache? | What helps against a headache?
Who pays the tax? | Why is the tax paid?
`,
  language: `
What is the capital of France? | Quelle est la capitale de la France ?
How do I reset my password? | Wie setze ich mein Passwort zurück?
Why is the sky blue? | ¿Por qué es azul el cielo?
What is the weather in Rome? | Com'è il tempo a Roma?
How do I cook rice? | 米饭怎么煮？
Wie koche ich Reis? | Comment faire cuire du riz ?
What is the time? | Который час?
`,
}

/** Written after the rules were done. One rule came of them (in and out, on and off, up and down); nothing else was changed. */
const unseen: Readonly<Record<QuestionPair['kind'], string>> = {
  same: `
How can I pair my headphones with my laptop? | What do I do to pair my headphones and my laptop?
What documents do I need for a mortgage? | Which papers are required for a mortgage application?
How do I turn off notifications? | Where can I switch notifications off?
How does a heat pump work? | Can you describe how a heat pump works?
When does the museum close? | Until what time is the museum open?
Who painted the Mona Lisa? | By whom was the Mona Lisa painted?
How do I file a complaint? | Where do I lodge a complaint?
What is an index fund? | Could you please explain index funds?
My screen is frozen, what should I do? | What can I do about a frozen screen?
How do I remove red wine stains? | Getting rid of stains from red wine: how?
Wie lange dauert der Versand? | Wie lange braucht die Lieferung?
Comment annuler ma commande ? | Je veux annuler ma commande, comment faire ?
`,
  number: `
How do I split a bill between 4 people? | How do I split a bill between 6 people?
What is the wind chill at minus 5 degrees? | What is the wind chill at minus 15 degrees?
`,
  negation: `
Which mushrooms are edible? | Which mushrooms are not edible?
What should I say in an interview? | What should I never say in an interview?
Can I fly with a passport? | Can I fly without a passport?
`,
  name: `
How do I renew my visa for Japan? | How do I renew my visa for India?
what currency is used in turkey? | what currency is used in tunisia?
Is the Louvre open on Sundays? | Is the Prado open on Sundays?
what language is spoken in the south of brazil | what language is spoken in the south of belgium and why
`,
  opposite: `
How do I mute the microphone? | How do I unmute the microphone?
How do I zoom in on a map? | How do I zoom out on a map?
Why are house prices rising in my city? | Why have prices of houses been falling in my city?
`,
  direction: `
How much is a pound in yen? | How much is a yen in pounds?
How do I move photos from my phone to my computer? | How do I move photos from my computer to my phone?
`,
  quotation: `
How do you pronounce "quinoa"? | How do you pronounce "gnocchi"?
`,
  sign: `
What does chmod +x do? | What does chmod -x do?
`,
  'one word': `
How do I repair a wooden fence? | How do I repair a wooden floor?
What do ladybirds eat in winter? | What do hedgehogs eat in winter?
Who invented the telephone? | Who invented the television?
How much protein is in a chicken breast? | How much fat is in a chicken breast?
`,
  'small words': `
Where was the treaty signed? | When was the treaty signed?
What does your company sell? | What does my company sell?
Is the shop closed on Sunday? | Will the shop be closed on Sunday?
`,
  narrower: `
What are the rules for carry-on luggage? | What are the rules for batteries in carry-on luggage?
How do I train my dog? | How do I train my dog to swim?
`,
  'other aspect': `
How do I file a complaint? | How long does a complaint take?
When does the museum close? | How much is a ticket for the museum?
How does a heat pump work? | What does a heat pump cost to install?
`,
  language: `
Who painted the Mona Lisa? | Qui a peint la Joconde ?
How does a heat pump work? | Wie funktioniert eine Wärmepumpe?
`,
}

const read = (lists: Readonly<Record<QuestionPair['kind'], string>>): readonly QuestionPair[] =>
  Object.entries(lists).flatMap(([kind, text]) =>
    text
      .trim()
      .split('\n')
      .map((line) => {
        const [one = '', other = ''] = line.split(' | ')
        return { kind: kind as QuestionPair['kind'], one, other }
      }),
  )

export const questionPairs = read(pairs)
export const unseenPairs = read(unseen)
