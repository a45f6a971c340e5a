# ruff: noqa: E501 - patterns of questions, one line each.
"""Words about shared expenses, English and Chinese: what is asked, and what goes with it and restricts nothing."""

from __future__ import annotations

import re

_PAYS = r"(?:pay|give|owe|transfer|send|hand|wire)s?"
SETTLE = re.compile(
    r"\bsettled? (?:us|it|things|everything|all of us|all|accounts|the (?:flat|books|accounts|pot))?(?: all)? ?(?:up|out)?\b(?! payments?)|\b(?:get|make|call|leave|bring) (?:us|it|everyone|everybody|things)(?: all)? ?(?:to )?(?:be )?(?:even|square|quits|zero|level)\b"
    rf"|\bwho (?:has to|should|must|needs to|have to|would|will|gotta)? ?{_PAYS}(?: back)?(?: how much(?: money)? to| what to)? (?:whom|who|what to (?:whom|who))\b"
    r"|\beven(?:ing)? (?:us |things |it )?(?:all )?out\b|\bsquare (?:us |things |everything )?up\b|\b(?:so|such) that (?:no ?body|no one|none of us) owes\b|\b(?:be|to get|become|are) (?:all )?(?:quits|square)\b"
    r"|\b(?:clear|cancel|zero|wipe)s?(?:ing)?(?: out)?(?: all)?(?: of)? (?:our|the|all|everyone's|these|outstanding)(?: the| our)? ?(?:balances|debts)\b|\b(?:fewest|least|minimum|minimal|smallest number of|as few)(?: possible)? (?:payments|transfers|transactions)\b"
    r"|结[一个]?[下清]?账|结清|清账|平账|算[一清]?[下清]账|两清|(?:互|谁也|谁都)不相?欠|(?:最少|最简单)的?(?:几)?(?:次|笔)?转账|谁(?:该|要|应该|得|需要|应)?(?:给|付|转|还|欠)(?:钱)?(?:给)?谁|怎么(?:平账|分账|算账|转账|转)(?:才)?|账(?:目)?(?:应?该|要)?(?:怎么|如何)(?:平|算|分|结|清)"
)
# A payment that was made: 最大的一笔转账是谁转给谁的.
ONE_PAYMENT = re.compile(
    r"(?:最(?:[大小高低近早后新]|[多少](?=的?一[笔次]))|上|哪|那|这)的?(?:那)?(?:一?[笔次])?(?:转账|还款|付款)|谁(?:转|付|还)(?:钱)?给谁的"
)
# Only what one person has to pay, or gets, when all is settled.
MINE_AMOUNT = re.compile(
    r"\b(?:what|how much) (?:do|should|must|would|will) i (?:have to |need to |still )?(?:(?P<pay>pay|owe|transfer|send|give)|get|receive|be owed|collect)\b(?! (?:to )?(?:who|whom))"
)
MINE = re.compile(
    r"\b(?:who|whom|which of (?:us|them)) (?:do|should|must) i (?:have to |need to )?(?:pay|transfer|send|give)\b|\b(?:what|how much) (?:do|should|must|would) i (?:have to |need to |still )?(?:pay|transfer|send|give)(?: (?:to )?(?:whom|who))?\b"
    r"|我(?:还)?(?:该|要|应该|得|需要)(?:给|付给|转给|还给?|付)(?:哪些人|谁)(?:多少钱?)?(?:分别)?"
)
BALANCE = re.compile(
    r"\bbalances?\b|\bin (?:the )?(?:red|black|credit|debt)\b|\b(?:owe[sd]?|owing|debts?|indebted|lent)\b|\bhow do(?:es)? (?:i|we|\w+) stand\b|\bwhere (?:do|does|am|are|is)\b[^?!.,]{1,40}\b(?:stand|at)\b(?! the)|\b(?:net )?position\b|\bnet (?:figure|amount|result|sum|total)\b"
    r"|\bout of pocket\b|\b(?:outstanding|unsettled)\b(?! \w+ payments?)|\b(?:up or down|plus or minus|ahead or behind|behind or ahead)\b|\b(?:am|are|is) (?:i|we|\w+)(?: and (?:i|\w+))?(?: all)? (?:even|square|quits)\b|\bdue to (?:pay|give|get)\b|\b(?:coming|due|owing) (?:back )?to (?:me|us|him|her|them)\b"
    r"|\b(?:do|does|should|will|can|would|must|have|has|am|is|are) (?:i|we|he|she|\w+) (?:still |have to |has to |need to |needs to |going to |supposed to )*(?:get|getting|give|giving|pay|paying|send|transfer|receive)(?: \w+)?(?: (?:back|from|to))\b(?! (?:my|the|a|work|home|groceries))"
    r"|\b(?:has|have|needs?) to (?:pay|give)(?: \w+)? back\b|\bhow far (?:behind|ahead|in debt|in the)\b"
    r"|欠|余额|结余|净额|净值|该(?:收|拿|要|还|给)回?|收支(?:情况)?|(?:多|少)付了|垫多了|亏了还是赚了|能(?:拿|收|要)回"
)
SHARE = re.compile(
    r"(?:\b(?:my|our|his|her|their|your) (?:own |fair |personal |equal )?|(?<='s )(?:own |fair |personal |equal )?)(?:share|part|portion|cut|bit|split|slice)s?\b(?! of the (?:records|entries))"
    r"|\b(?:falls?|fell|comes?|came|lands?|landed) (?:up)?on (?:me|us|him|her|my head)\b|\bwhat (?:i|we) (?:have to )?carry\b|\b(?:i|we) carry\b|\b(?:was|is|are) (?:actually |really )?mine\b|\bequal parts?\b|\bequal shares?\b|\bcosts? me\b"
    r"|(?:自己|我|他|她)(?:自己)?的?(?:那一?份|份额|份儿?|应摊|分摊|部分|账上|头上)|(?:应该?|该)(?:分?摊|平摊|出|承担)(?:的)?(?:部分|那一?份|多少|了多少)?|摊到?了?多少|[分平]摊(?:了|到)?(?:我|到我)?(?:头上|身上)?(?:的)?(?:部分|那一?份)?(?:一?共?是?)?(?:了)?(?:多少)?|(?:算|落|分|摊)(?:到|在)我(?:头上|身上|名下)"
)
BETWEEN = re.compile(r"\bbetween\b|之间|\b(?:only|just) at\b|两个?人|\beven\b|\bsquare\b|\bquits\b")
EACH_OTHER = re.compile(r"\bow\w+ (?:each other|one another)\b|(?:互相|相互)欠")
# Who gives whom: the debtor stands before, the creditor behind.
OWE = re.compile(
    r"\bowe[sd]?\b|\bowing\b|\bindebted\b|\bdebts?\b|(?<!the )\bdue to (?:pay|give)\b|\b(?:have|has|need|needs|got|supposed|going) to (?:pay|give|send|transfer)\b|\b(?:should|must|will|would|can|do|does) (?=(?:i|he|she|we|\w+) (?:still )?(?:pay|give|send|transfer)\b)|欠|该(?:给|还|付)|要(?:给|还|付)"
)
GETS = re.compile(
    r"\b(?:get|getting|gets|receive)(?: back)? from\b|\bcoming (?:back )?to (?:me|us)\b(?=.*\bfrom\b)|\bdue to get\b|能?从|该(?:收|拿|要)回"
)
PASSIVE = re.compile(r"(?:\b(?:am|is|are|was|were|be|being|been)|'(?:s|m|re))(?: \w+){0,2} owed\b|被欠")
# A person spoken of by a pronoun, where one other is named.
PRONOUN = re.compile(r"(?<![^\W_'])(?:he|she|him|her|they|them)(?![\w'])|[他她]")
# What says by which sign the debt is told.
SIGN = re.compile(
    r"[(,;:—-]*\s*\b(?:a )?(?:minus|negative|plus|positive|below zero|above zero)(?: sign| number| figure)?\s*(?:means?|=|if|when|for|is|stands for|:)+\s*(?!or\b)[^,;?()]*\)?"
    r"|[（(，,]?\s*(?:负数|负的|正数|负|正)(?:就?是|表示|代表|说明|=|则)[^，。？）)]*[）)]?|\bnumber below zero\b"
)
# How a question about debts goes on: none of it says of what, of when or of whom.
_PASSED = (
    r"\bafter (?:all|every(?:thing)?)(?: of)?(?: (?:the|our))?(?: ?(?:expenses?|costs?|bills?|payments?|transfers?))?(?:,? and (?:all |every )?(?:payments?|transfers?))?(?= |[?.,!]|$)(?: (?:he|she|they|we|i)(?: and (?:i|he|she))? (?:ever )?(?:paid|bought|covered)(?: for)?(?: each other| one another)?)?"
    r"|\bafter everything\b|\b(?:for|to|with) (?:each other|one another)\b|\b(?:forget|ignore|leav(?:e|ing)|ignoring|forgetting|without|not counting) (?:about )?the others?\b(?: out(?: of (?:it|this|that))?| aside)?|\bonly looking at\b|\bif (?:i|we|you) (?:only )?look (?:only )?at\b|\bleaving everyone else out(?: of it)?\b"
    r"|\b(?:just |only )?(?:between|among) (?:just )?(?:the )?(?:two|both) of (?:us|them)\b|\b(?:just|only) between (?:us|them)(?: two)?\b|\bbetween (?:us|them)(?: two)?\b|\bthe two of (?:us|them)\b|\bus two\b"
    r"|\b(?:un)?til+ (?:we're|we are|every(?:one|body) is|every(?:one|body)'s|all is|all are|it's|it is|nobody owes)(?: \w+)? ?(?:even|square|quits|settled|zero|level)?\b|\b(?:right )?as (?:it|things) (?:stands?|is|are)\b|\bat the moment\b|\bas of (?:now|today)\b"
    r"|\b(?:in|with|of|for|to|does|do|across|from) (?:the|our|this) (?:(?:shared|common|joint|communal|whole) )?(?:flat|house|home|group|pot|kitty|place|ledger)\b|\b(?:(?:in|with|of|for|to|from) )?(?:the|our) (?:shared|common|joint) (?:pot|kitty|costs|expenses|bills|accounts?|things|stuff)\b"
    r"|\bor (?:does|do|is) (?:the (?:flat|house|group|rest)|anyone|anybody|somebody|someone|others?|they|we)\b|\bone (?:line|row) (?:each|per person|per head)\b|\bplus or minus\b|\bup or down\b|\b(?:ahead or behind|behind or ahead)\b|\b(?:red|black) or (?:red|black|in the (?:red|black))\b"
    r"|\bno matter who(?:'s| has)? (?:paid|pays|bought|laid out)(?: (?:for )?(?:it|what))?\b|\b(?:regardless of|irrespective of|whoever)(?: who| whoever)?(?: has)? ?(?:the )?(?:paid|pays|payer|buyer|bought|payed)(?: (?:for )?it)?\b|\bgo(?:ing)? by (?:each|the|every)(?: expense's| bill's| cost's)? split\b"
    r"|\bwhat do(?: i)? get\b(?! (?:back|from))|\badd(?:ing)? (?:it |them |all )?up\b|\bover ?all\b|\ball in all\b|\bin total\b|\bin (?:the )?end\b|\bin credit\b|\bout of pocket\b|\b(?:behind|ahead)\b|\b(?:net|stands?|standing|position|everything|anything|money|figure|amount|sum|euros?)\b|\bevery?thing\b|\bback\b|\bbalances\b|\ball (?:of us|(?:two|three|four|five|six)(?: of us)?)\b|(?<=owed )(?:money )?by\b|(?<=owe )(?:money )?to\b|\banyone(?= money| anything|\?|$)|\bother people\b|\bcomes?\b|\bright now\b|\bstill\b|\b(?:outstanding|unsettled)\b|\bhow far\b|\bout of it\b|\bonly\b(?= (?:what|do|does|how)|[:,])|\bactually\b"
    r"|不管(?:是)?谁(?:付|买|垫|出)的?(?:钱)?|无论(?:是)?谁(?:付|买|垫|出)的?(?:钱)?|只?(?:看|算)?我(?:们)?(?:两|俩)个?人?(?:之间)?(?:的?账)?|两个?人(?:加起来|之间)?(?:的账)?|(?:我们)?之间(?:的账)?|直到.{0,6}(?:平|清|两清)|最后|现在|目前|总的?来?(?:说|看)?|余额|结余|净额|净值|收支(?:情况)?|多少钱|还是别人欠我|还是(?:我)?欠别人|别人(?:该|要)?|[欠该]钱(?=还是)|是(?=欠|我)|只算|的账|合租|加起来"
)
PASSED = re.compile(_PASSED)
# The words in which a settling is described: the largest debtor pays the largest creditor, and so on.
SETTLING = re.compile(
    r"\b(?:who(?:m|ever|mever)? |the one |one |that )?(?:is |has |with |who |that )*(?:the )?(?:biggest|largest|highest|most|deepest|greatest)\b(?: (?:in the (?:red|black)|debt(?:or|s|ors)?|credit(?:or|s|ors)?|balance|coming to (?:them|him|her)|owed|owing|behind|ahead))*(?: (?:and|,) )?"
    r"|\b(?:debtors?|creditors?|debts?|credits?|owes?|owed|owing|pays?|paid to|repeat(?:ed|edly)?|and so on|always|carry on(?: like (?:that|this))?|keep going|like that|match(?:ing|ed)?|each time|every time|clear(?:s|ed)?|transfers?|transactions?|balances?|books|accounts?|first|next|then|time to|quits|even|square|fewest|possible|minim(?:um|al)|needed|necessary|in the (?:red|black)|any ?more|nobody|no one|anything|anybody|who|whom|has to|have to|everyone|everybody|so that|up|us|out|zero)\b"
    r"|\bif (?:we|everyone)\b|\(?\bfrom,? (?:and )?to\b(?:,? (?:and )?amount\)?)?"
    r"|每次|让|被?欠(?:得|钱)?最多的?(?:那个?)?(?:人)?|付给|转给|还给|直到|两清|谁|该给|多少钱?|大家|怎么|如何|最少|次数|转账|互相|算一?下|[清平]账?|最大的?|债务人|债权人|债主|[我咱]们|帮|请|把|账|都|钱|才能?|各(?=[付转])"
)
OVERPAID = re.compile(
    r"\b(?:pa(?:y|id|ys)|put in|laid out|spen[dt]|contributed?)\b(?P<more> more| less)? than (?:my|her|his|their|our) (?:own |fair |equal )?(?:share|part)\b|\b(?P<much>how much (?:more|less))\b[^?]*\bthan (?:my|her|his|their) (?:fair |equal )?(?:share|part)\b"
)
