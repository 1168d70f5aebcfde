"""The hubclientinfo module as its sender: the list of who can be reached, as the asking platform may see it.

Spec: 2.3.0 mod_hub_client_info, Sender Interface; transport_and_format, Pagination.
"""

from hub.presence.census import Census
from hub.presence.infos import Infos, Page
from ocpi.client.hub_client_info import MODULE
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.versions import messages
from ocpi.versions.known import since
from ocpi.wire import envelope, pagination
from ocpi.wire.interfaces import Side
from schemas.translation.context import Context
from schemas.v2_3_0.hub_client_info import ClientInfo


class ClientList:
    def __init__(self, census: Census, infos: Infos) -> None:
        self._census = census
        self._infos = infos

    def interface(self) -> Interface:
        routes = (Route("GET", "", self._list),)
        return Interface(MODULE, Side.SENDER, routes, since=since(MODULE))

    async def _list(self, call: Call) -> Answer:
        await self._census.up_to_date()
        query = pagination.PageQuery.read(call.query)
        page = await self._infos.page(call.admitted.partner.name, query)
        told = [
            messages.down(ClientInfo, each.told(), call.version, Context(owner=each.view.client.party))
            for each in page.infos
        ]
        return Answer(envelope.json_list(told), headers=_headers(call, query, page))


def _headers(call: Call, query: pagination.PageQuery, page: Page) -> dict[str, str]:
    """Nothing of this list ever goes, so an offset is as good as a cursor."""
    fields = {pagination.TOTAL: str(page.total), pagination.LIMIT: str(pagination.MAX_LIMIT)}
    following = query.offset + len(page.infos)
    if not page.infos or following >= page.total:
        return fields
    url = call.url.update_query(offset=str(following), limit=str(query.limit))
    return {**fields, pagination.LINK: pagination.next_link(url)}
