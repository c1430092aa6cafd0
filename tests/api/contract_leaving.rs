//! The results of leaving, for the run over the whole contract.

use latchkey::model::Role;
use serde_json::json;

use crate::contract::Coverage;
use crate::support::{Device, PASSWORD, Service};

impl Coverage {
    pub async fn leaving(&mut self) {
        let service = Service::start().await;
        let (device, _) = service.device().signed_up("ada@x.test").await;
        for _ in 0..11 {
            self.run(&device, "exportMyData").await;
        }
        service.wait(601);
        self.run(&device, "exportMyData").await;
        self.run(&device, "requestAccountDeletion").await;
        let (device, _) = service.device().logged_in("ada@x.test").await;
        self.run(&device, "requestAccountDeletion").await;
        let good = json!({ "email": "ada@x.test", "password": PASSWORD });
        let pending = self.mutate(&service.device(), "login", good).await;
        for _ in 0..2 {
            let input = json!({ "ticket": pending["ticket"] });
            self.mutate(&service.device(), "cancelAccountDeletion", input)
                .await;
        }
        let accounts = &service.app.accounts;
        accounts.set_role("ada@x.test", Role::Admin).await.unwrap();
        let (device, _) = service.device().logged_in("ada@x.test").await;
        self.run(&device, "requestAccountDeletion").await;
    }

    /// Runs a mutation without an input.
    async fn run(&mut self, device: &Device, operation: &str) {
        let document = format!("mutation {{ {operation} {{ __typename }} }}");
        self.send(device, operation, &document).await;
    }
}
