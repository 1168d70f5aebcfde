"""All that a 2.1 station can be told."""

from typing import Final

from cpo_adapter.ocpp.v21.orders import CALLED, WORDS
from cpo_adapter.ocpp.v201.outbound import SENT
from cpo_adapter.ocpp.vocabulary import Vocabulary

VOCABULARY: Final = Vocabulary("v21", intents=SENT, words=WORDS, called=CALLED)
