"""Which words say the same. Each group names a way people really put it that a literal match would miss."""

import re
from functools import lru_cache, partial

import snowballstemmer

STOP = frozenset(
    """a an the this that these those it its they them their there here he she we you i me my our your us
    is are was were be been being am do does did done have has had having will would shall should can could
    may might must of to in on at by for from with into onto over under about as and or if then than so such
    also too very just really quite basically actually simply still even ever any some all each every both
    which who whom whose what when where why how while because since though although but however therefore
    thus hence up out off again more most much many lot lots own same other another etc like get gets got
    make makes made thing things kind sort way e.g i.e well yeah yes okay ok hey one's let lets
    """.split()
)

# Words without which a row of terms is only a row of terms.
FUNCTION = STOP - frozenset("like get gets got way thing things kind sort lot lots etc ok okay".split())

# Verbs that make a sentence of technical nouns; those that are nouns as well (lock, release, wait) do not.
VERBS = frozenset(
    "take takes taking hold holds holding run runs running execute executes executing let lets allow allows make "
    "makes keep keeps prevent prevents protect protects need needs get gets cause causes stay stays become becomes "
    "happen happens go goes give gives block blocks lose loses corrupt corrupts copy copies share shares".split()
)
NEGATORS = frozenset(
    """not no never cannot can't don't doesn't didn't isn't aren't wasn't weren't won't wouldn't shouldn't
    couldn't hasn't haven't hadn't mustn't ain't dont doesnt isnt arent wont cant without neither nor none
    nothing nobody nowhere hardly barely rarely useless pointless worthless unable impossible prevents prevent
    preventing prevented stops stopping blocks fails fail failed lack lacks zero myth false wrong untrue
    incorrect nonsense refuse refuses forbids forbid avoids avoid instead
    """.split()
)
# "not only X" and "no doubt" assert X.
NOT_REALLY = re.compile(r"\b(not only|not just|not merely|no doubt|no wonder|no matter|why not|without a doubt)\b")

# Phrase -> one word, before words are looked at. Order matters: longer ones first.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})(?!\w)"), word)
    for pattern, word in (
        (r"global interpreter lock|interpreter lock|the big lock", "gil"),
        (r"reference[- ]count(?:s|ing|er|ers|ed)?|ref[- ]?count(?:s|ing|er|ers|ed)?", "refcount"),
        (r"free[- ]?thread(?:ed|ing)|no[- ]?gil|gil[- ]free|gil[- ]less|--?disable-gil", "freethreaded"),
        (r"thread[- ]?safe(?:ty)?", "threadsafe"),
        (
            r"cpu[- ]?(?:bound|heavy|intensive|hungry)|number[- ]crunching|heavy (?:math|computation|compute)",
            "cpubound",
        ),
        (r"i/?o[- ]?(?:bound|heavy)", "io"),
        (r"input[/ -](?:and )?output", "io"),
        (r"multi[- ]?core|several cores|more than one core|all (?:the )?cores|many cores", "multicore"),
        (r"multi[- ]?thread(?:ed|ing)?", "thread"),
        (r"multi[- ]?process(?:ing|es)?|process[- ]?pool(?:executor)?|processpoolexecutor", "process"),
        (r"at the same time|at once|simultaneous(?:ly)?|side by side|in parallel|truly parallel", "parallel"),
        (
            r"one (?:thread )?at a time|one by one|one after (?:the other|another)|take turns?|taking turns?",
            "oneatatime",
        ),
        (r"event[- ]loops?", "eventloop"),
        (r"speed(?:s|ed|ing)?[- ]?ups?|sped up|speeds? (?:\w+ ){1,3}up", "faster"),
        (r"c[- ]?(?:extensions?|code|level|libs?|libraries)|native (?:code|extensions?|libraries)", "native"),
        (
            r"let(?:s|ting)? go of|hand(?:s|ed|ing)? (?:over|off|back)|give(?:s|n)? (?:up|away|back)|gives? it up",
            "release",
        ),
    )
)

_GROUPS = {
    "gil": "gil",
    "io": "io i/o network networking socket sockets disk disks database databases requests downloads http files",
    "thread": "thread threads threading threaded",
    "process": "process processes subprocess subprocesses multiprocessing forks",
    "lock": "lock locks mutex mutexes",
    "run": "run runs running ran execute executes executing executed execution",
    "faster": "faster fast quicker quick speed speedup accelerate accelerates performance",
    "core": "core cores cpu cpus processor processors",
    "cpubound": "cpubound compute computing computation computations calculation calculations crunching",
    "wait": "wait waits waiting waited idle idles sleeping blocked blocking",
    "release": "release releases releasing released drop drops dropping dropped yield yields relinquish",
    "acquire": "acquire acquires acquiring acquired hold holds holding held grab grabs take takes took",
    "corrupt": "corrupt corrupts corrupted corruption inconsistent mangle mangled broken break breaks",
    "lose": "lose loses losing lost vanish vanishes disappear",
    "help": "help helps helping helped useful benefit benefits effective worthwhile gain gains",
    "only": "only single one sole",
    "asyncio": "asyncio async await awaits coroutine coroutines",
    "native": "native",
    "interrupt": "interrupt interrupts interrupted preempt preempted preempts switch switches switched switching",
    "bytecode": "bytecode bytecodes opcode opcodes instruction instructions",
    "separate": "separate distinct independent individual",
    "memory": "memory heap",
    "overhead": "overhead cost costs costly expensive",
    "safe": "safe safety protect protects protected protection guard guards",
    "child": "child children",
    "copy": "copy copies copied copying duplicate duplicated",
    "parallel": "parallel parallelism concurrently simultaneously",
    "slower": "slower slow slows slowly sluggish",
    "thread-state": "thread-state threadstate",
    "deadlock": "deadlock deadlocks deadlocked hang hangs hanging stuck freeze freezes frozen",
}
_GROUP_OF = {word: group for group, members in _GROUPS.items() for word in members.split()}
_stemmer = snowballstemmer.stemmer("english")


def join_phrases(text: str) -> str:
    """Folded text with known phrases as one word each, padded so that every offset stays where it was."""

    for pattern, word in _PHRASES:
        text = pattern.sub(partial(_same_length, word), text)
    return text


def _same_length(word: str, match: re.Match[str]) -> str:
    return word.ljust(len(match[0])) if len(word) <= len(match[0]) else match[0]


@lru_cache(maxsize=65536)
def concept(word: str) -> str | None:
    """What a word stands for: its group, else its stem; None for words that say nothing by themselves."""
    if word in _GROUP_OF:
        return _GROUP_OF[word]
    if word in STOP or word in NEGATORS or (len(word) == 1 and not word.isdigit()):
        return None
    stem: str = _stemmer.stemWord(word.removesuffix("'s"))
    return _GROUP_OF.get(stem, stem)
