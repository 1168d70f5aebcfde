"""All that a 1.6 station can be told: by intents and orders, so that nothing is left to be called."""

from typing import Final

from cpo_adapter.ocpp.v16.orders import WORDS
from cpo_adapter.ocpp.v16.outbound import SENT
from cpo_adapter.ocpp.vocabulary import Vocabulary

VOCABULARY: Final = Vocabulary("v16", intents=SENT, words=WORDS, called={})
