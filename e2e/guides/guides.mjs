// What each printed guide says, in which order, with which screenshot. The words stand in texts/ under `help.paper.`.
const MORE = {
  never: ['help.paper.never.1', 'help.paper.never.2', 'help.paper.never.3', 'help.paper.never.4'],
  help: ['help.paper.help.1', 'help.paper.help.2', 'help.paper.help.3'],
}

export const GUIDES = [
  {
    name: 'bank',
    title: 'help.guide.bank',
    need: ['help.paper.need.phone', 'help.paper.need.card', 'help.paper.need.reader', 'help.paper.need.app'],
    steps: [
      ['help.paper.bank.1', 'welcome'], ['help.paper.bank.2', 'number'], ['help.paper.bank.3', 'email'], ['help.paper.bank.4', 'banks'],
      ['help.paper.bank.5', 'reader'], ['help.paper.bank.6', 'sms'], ['help.paper.bank.7', 'code'], ['help.paper.bank.8', 'home'],
    ],
    ...MORE,
  },
  {
    name: 'eid',
    title: 'help.guide.eid',
    need: ['help.paper.need.computer', 'help.paper.need.program', 'help.paper.need.identity', 'help.paper.need.phone'],
    steps: [
      ['help.paper.eid.1', 'form'], ['help.paper.eid.2', 'card'], ['help.paper.eid.3', 'pin'], ['help.paper.eid.4', 'token'],
      ['help.paper.eid.5', 'welcome'], ['help.paper.eid.6', 'typed'], ['help.paper.eid.7', 'sms'], ['help.paper.eid.8', 'code'],
    ],
    ...MORE,
  },
  {
    name: 'back-again',
    title: 'help.guide.back_again',
    need: ['help.paper.need.new_phone', 'help.paper.need.card', 'help.paper.need.reader', 'help.paper.need.app'],
    steps: [
      ['help.paper.back.1', 'block'], ['help.paper.back.2', 'welcome'], ['help.paper.back.3', 'number'], ['help.paper.back.4', 'banks'],
      ['help.paper.back.5', 'reader'], ['help.paper.back.6', 'sms'], ['help.paper.back.7', 'code'], ['help.paper.back.8', 'home'],
    ],
    ...MORE,
  },
]
