import json

from hypothesis import given
from hypothesis import strategies as st

from trigger_contract.contract.assembling import contract_from
from trigger_contract.contract.credentials import Credentials
from trigger_contract.contract.redaction import Redactor
from trigger_contract.contract.settings import Settings
from trigger_contract.document.locate import read_document

KEYS = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789_-+/=", min_size=12, max_size=40).map(
    lambda text: "Zq" + text
)
CONTRACT = contract_from(read_document())


@given(KEYS, KEYS, st.text())
def test_no_registered_secret_is_left_in_a_text(one, other, around):
    redactor = Redactor()
    redactor.register(one, "$ONE")
    redactor.register(other + one, "$OTHER")
    text = around + one + around + json.dumps(other + one)
    shown = redactor.text(text)
    assert one not in shown


@given(KEYS.map(lambda key: f"tr_dev_{key}"), KEYS)
def test_wrong_credentials_are_never_right_and_never_show_a_secret(token, recoup):
    settings = Settings(
        url="http://server.test", token=token, public_token="pk_" + recoup, recoup_token=recoup
    )
    credentials = Credentials(CONTRACT, settings, Redactor())
    for subject in CONTRACT.subjects:
        right = {item.headers for item in credentials.full(subject)}
        assert right
        for wrong in credentials.wrong(subject):
            assert wrong.headers not in right
            assert not any(key in value for key in (token, recoup) for _, value in wrong.shown)
        assert not any(key in str(item) for key in (token, recoup) for item in credentials.accepted(subject))


def test_settings_do_not_show_keys():
    assert "tr_dev_secret" not in repr(Settings(url="http://server.test", token="tr_dev_secret"))
