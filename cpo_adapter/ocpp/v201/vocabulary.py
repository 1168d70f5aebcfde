"""All that a 2.0.1 station can be told; nothing is called, as in 1.6."""

from typing import Final

from cpo_adapter.ocpp.v201.orders import WORDS
from cpo_adapter.ocpp.v201.outbound import SENT
from cpo_adapter.ocpp.vocabulary import Vocabulary

VOCABULARY: Final = Vocabulary("v201", intents=SENT, words=WORDS, called={})
