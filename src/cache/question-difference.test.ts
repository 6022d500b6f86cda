import { describe, expect, it } from 'vitest'
import { findDifference } from './question-difference.ts'

const letter = (colour: string, animal: string) =>
  `Please answer this letter. The writer bought a ${colour} sofa, waited for weeks, complained often by phone, got no
  answer, wants the money back, likes the shop otherwise, has children and a ${animal}, lives in the old town and asks
  for an appointment with the manager.`

describe('the words of two long texts', () => {
  it('differ where a few were replaced, however far apart', () => {
    expect(findDifference(letter('yellow', 'parrot'), letter('purple', 'hamster'))).toBe('another word')
  })

  it('may be altogether different: that is for the vectors', () => {
    const other = `A customer's sofa came late, nobody called back after several complaints, and now a refund and a talk
    with whoever runs the place are expected. Write a reply. The family lives downtown and has a pet.`
    expect(findDifference(letter('yellow', 'parrot'), other)).toBeUndefined()
  })
})

describe('the words of two questions', () => {
  it.each([
    ['numbers', 'What is 12 times 13?', 'What is 12 times 14?'],
    ['numbers', 'Pay 1,000 euros', 'Pay 10,000 euros'],
    ['numbers', 'Round 3.141', 'Round 3141'],
    ['symbols', 'Is it cold at -5 degrees?', 'Is it cold at 5 degrees?'],
    ['symbols', 'What is 10 + 5?', 'What is 10 * 5?'],
    ['opposites', 'How do I zoom in on a map?', 'How do I zoom out on a map?'],
    ['small words', 'Why did Rome fall?', 'When did Rome fall?'],
    ['small words', 'What is my name?', 'What is your name?'],
    ['numbers', 'Count from 5 to 10', 'Count from 10 to 5'],
    ['quotations', 'Translate "good day"', 'Translate "good night"'],
    ['symbols', 'Read a file in C++', 'Read a file in C#'],
    ['negation', 'Foods that I should eat', 'Foods that I should not eat'],
    ['negation', 'Why does it work?', "Why doesn't it work?"],
    ['names', 'Is the hotel in Rome open?', 'Is the hotel in Oslo open?'],
    ['opposites', 'Sort the names in ascending order', 'Sort these names, descending order please'],
    ['language', 'What is the capital?', 'Wie ist die Hauptstadt?'],
    ['order', 'From Paris to London', 'From London to Paris'],
    ['another word', 'how do i cook rice', 'how do i cook pasta'],
    ['more said', 'How do I cook rice?', 'How do I cook brown rice?'],
  ])('differ by %s: %s, %s', (difference, one, other) => {
    expect(findDifference(one, other)).toBe(difference)
    expect(findDifference(other, one)).toBe(difference)
  })

  it.each([
    ['How do I reset my password?', 'how can i reset the password, please'],
    ['Pay 1,000 euros', 'pay 1000 euros'],
    ['What is 2 plus 3?', 'what is two plus three'],
    ['What is the capital of France?', 'what’s the capital of france'],
    ['How do I reverse a string in Python?', 'Python: reverse a string'],
    ['How do I get in touch?', 'Which address do I write to?'],
    ['', ''],
  ])('do not differ: %s, %s', (one, other) => {
    expect(findDifference(one, other)).toBeUndefined()
    expect(findDifference(other, one)).toBeUndefined()
  })
})
