"""The sites that an order's Provisioning form names, as its subscription keeps them. ORD-33."""

from domain.address_checks import language_named
from domain.order.forms import ProvisioningForm
from domain.subscription.sites import Sites, SubscriptionSite


def sites_of(form: ProvisioningForm | None) -> Sites:
    """Each with the form's languages, as tags where they can be told; none while there is no form."""
    if form is None:
        return ()
    named = map(language_named, (form.primary_language, *form.additional_languages))
    languages = tuple(dict.fromkeys(named))
    return tuple(
        SubscriptionSite.model_construct(url=site.url, named_users=site.named_users, languages=languages)
        for site in form.sites
    )
